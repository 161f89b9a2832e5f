package dev.kekkai.fleet;

import dev.kekkai.attestation.ek.EkFingerprint;
import java.util.Optional;

/**
 * One machine to be enrolled.
 *
 * @param name letters, digits and {@code ._-}
 * @param ek what was compared with what the machine itself shows, or came from its maker
 * @param otherEk the same EK's other fingerprint, if it is known
 * @param afterEviction that the EK of an evicted node comes back
 */
public record EnrollRequest(
        String name, String group, EkFingerprint ek, Optional<EkFingerprint> otherEk, boolean afterEviction) {
    /** The group of those for which none is said. */
    public static final String DEFAULT_GROUP = "control-plane";

    private static final String NAME = "[A-Za-z0-9][A-Za-z0-9._-]{0,62}";

    /**
     * Whether the names can be names.
     *
     * @throws FleetException if one is none
     */
    public void check() throws FleetException {
        checkName("node", name);
        checkName("group", group);
    }

    static void checkName(String of, String name) throws FleetException {
        if (!name.matches(NAME)) {
            throw new FleetException(
                    "the name of a " + of + " has 1 to 63 letters, digits and ._-, and begins with a letter or"
                            + " digit: '" + name + "' does not fit");
        }
    }
}
