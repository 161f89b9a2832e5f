package dev.kekkai.config;

import dev.kekkai.envelope.Mechanism;
import java.util.Set;

/**
 * How one make of HSM speaks PKCS#11.
 *
 * @param name as the file is called
 * @param mechanism for new KEKs
 * @param ivRule who makes the IV of AES-GCM
 * @param ambiguousTagCodes {@code CKR_} names with which this token reports a bad tag although they may also mean a device fault; told apart by a probe
 * @param macKeyType of the second key of {@link Mechanism#AES_CBC_HMAC}
 * @param omittedAttributes {@code CKA_} names that this token does not know: not asked for at creation, and not missed where it has no answer
 * @param initializeArguments what {@code C_Initialize} gets in {@code pReserved}, empty for the NULL of nearly all modules
 * @param softToken whether it is software, whose keys root on the host can read
 * @param gcmCall by which functions AES-GCM encrypts
 * @param untoldHistory {@code CKA_} names of what this token does not tell of the history of keys that it made itself
 * @param readOnlySessions whether {@code C_OpenSession} takes anything but {@code CKF_RW_SESSION}
 */
public record HsmProfile(
        String name,
        Mechanism mechanism,
        IvRule ivRule,
        Set<String> ambiguousTagCodes,
        MacKeyType macKeyType,
        Set<String> omittedAttributes,
        String initializeArguments,
        boolean softToken,
        GcmCall gcmCall,
        Set<String> untoldHistory,
        boolean readOnlySessions) {
    public HsmProfile {
        ambiguousTagCodes = Set.copyOf(ambiguousTagCodes);
        omittedAttributes = Set.copyOf(omittedAttributes);
        untoldHistory = Set.copyOf(untoldHistory);
    }

    /** One that encrypts by {@code C_Encrypt}, tells the whole history of its keys, and opens read-only sessions. */
    public HsmProfile(
            String name,
            Mechanism mechanism,
            IvRule ivRule,
            Set<String> ambiguousTagCodes,
            MacKeyType macKeyType,
            Set<String> omittedAttributes,
            String initializeArguments,
            boolean softToken) {
        this(
                name,
                mechanism,
                ivRule,
                ambiguousTagCodes,
                macKeyType,
                omittedAttributes,
                initializeArguments,
                softToken,
                GcmCall.ENCRYPT,
                Set.of(),
                true);
    }

    /** Who makes the IV of an AES-GCM encryption, and where a module that makes it leaves it. */
    public enum IvRule {
        /** We do, from a SecureRandom: 12 bytes (SP 800-38D §8.2.2). */
        CALLER(12),
        /** The module, given none, appends its own 16 bytes to ciphertext and tag (Luna in FIPS mode). */
        MODULE_APPENDED(16),
        /** The module, given none, puts its own 12 bytes before the ciphertext, by {@code CKM_CLOUDHSM_AES_GCM} (AWS CloudHSM). */
        MODULE_PREPENDED(12);

        private final int length;

        IvRule(int length) {
            this.length = length;
        }

        /** Of the IV, in bytes. */
        public int length() {
            return length;
        }
    }

    /** What a token calls a key that only makes HMACs. */
    public enum MacKeyType {
        /** {@code CKK_GENERIC_SECRET}. */
        GENERIC_SECRET,
        /** {@code CKK_SHA256_HMAC}. */
        SHA256_HMAC
    }

    /** By which functions AES-GCM encrypts. */
    public enum GcmCall {
        /** {@code C_Encrypt}. */
        ENCRYPT,
        /** {@code C_EncryptMessage} (PKCS#11 v3.0 §5.9), for a module whose {@code C_Encrypt} does not say how long its output will be. */
        MESSAGE
    }
}
