package dev.kekkai.envelope;

import java.util.Optional;

/** How a custodian seals, as the envelope's third byte says it. Codes 3 and 4 are reserved for ever. */
public enum Mechanism {
    /** AES-256-GCM: IV of 12 or 16 bytes, tag of 16 at the end of the box (SP 800-38D). One AES key. */
    AES_GCM(1),
    /** AES-256-CBC with PKCS#7, then HMAC-SHA-256 over LP(AAD) ‖ iv ‖ ciphertext; the box is ciphertext ‖ MAC. An AES key and a MAC key. */
    AES_CBC_HMAC(2),
    /** TPM2_HMAC deriving a single-use AES-256-GCM key from a 32-byte salt; the iv field is the salt. One keyed-hash key. */
    TPM_HMAC_GCM(5);

    private final int code;

    Mechanism(int code) {
        this.code = code;
    }

    /** The code in the envelope and in the label of HSM objects. */
    public int code() {
        return code;
    }

    /** The mechanism of a code, or empty if there is none. */
    public static Optional<Mechanism> ofCode(int code) {
        for (Mechanism mechanism : values()) {
            if (mechanism.code == code) {
                return Optional.of(mechanism);
            }
        }
        return Optional.empty();
    }
}
