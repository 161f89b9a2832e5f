package dev.kekkai.keyring;

import dev.kekkai.envelope.Mechanism;
import java.time.Duration;

/**
 * How a keyring is to be rotated.
 *
 * @param mechanism for a version that has to be made, by the HSM's profile
 * @param version number or version id of a PREPARED version to use; empty to make one
 * @param activateIn from now; zero is at once, at most {@link #LONGEST}
 */
public record RotationPlan(Mechanism mechanism, String version, Duration activateIn) {
    /** More than this is a slip of the finger. */
    public static final Duration LONGEST = Duration.ofDays(366);
}
