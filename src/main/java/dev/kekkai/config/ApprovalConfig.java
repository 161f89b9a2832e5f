package dev.kekkai.config;

import java.time.Duration;

/**
 * What is done only when others approved.
 *
 * @param required how many others than who asks
 * @param hostExempt that what is done on the host needs nobody's approval although the admin API is served
 * @param expireAfter how long a request waits
 */
public record ApprovalConfig(int required, boolean hostExempt, Duration expireAfter) {
    /** As it is where the section is left out. */
    public static final ApprovalConfig DEFAULT = new ApprovalConfig(1, false, Duration.ofHours(24));
}
