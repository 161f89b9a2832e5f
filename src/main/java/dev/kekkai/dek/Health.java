package dev.kekkai.dek;

import java.time.Duration;

/** What the last deep probe (an encrypt and a decrypt in the HSM) found, and how old that knowledge is. */
public sealed interface Health {
    /** Time since the probe that says so ended. */
    Duration age();

    /** The probe's round trip succeeded. */
    record Healthy(Duration age) implements Health {}

    /**
     * The round trip failed, or is too long ago.
     *
     * @param reason one line an operator understands, without key material
     */
    record Unhealthy(String reason, Duration age) implements Health {}
}
