package dev.kekkai.config;

import dev.kekkai.envelope.Mechanism;
import java.util.Set;

/**
 * How one make of HSM speaks PKCS#11.
 *
 * @param name as the file is called
 * @param mechanism for new KEKs
 * @param ivRule who makes the IV
 * @param ivLength in bytes
 * @param ambiguousTagCodes {@code CKR_} names with which this token reports a bad tag although they may also mean a device fault; told apart by a probe
 * @param softToken whether it is software, whose keys root on the host can read
 */
public record HsmProfile(
        String name,
        Mechanism mechanism,
        IvRule ivRule,
        int ivLength,
        Set<String> ambiguousTagCodes,
        boolean softToken) {
    public HsmProfile {
        ambiguousTagCodes = Set.copyOf(ambiguousTagCodes);
    }

    /** Who makes the IV of an AES-GCM encryption. */
    public enum IvRule {
        /** We do, from a SecureRandom. */
        CALLER
    }
}
