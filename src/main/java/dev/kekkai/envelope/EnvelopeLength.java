package dev.kekkai.envelope;

/** How long an envelope and its fields are, so that a DEK that will not fit is refused before any HSM is called. All lengths in bytes. */
public final class EnvelopeLength {
    /** Of the key that a batch shares. */
    public static final int BATCH_KEY = 32;

    /** Of the IV of a leaf, which is AES-256-GCM. */
    public static final int LEAF_IV = 12;

    /** The longest box and the longest leaf: for the box its length field's range, for the leaf the same by decree. */
    public static final int FIELD_MAX = 65_535;

    private static final int TAG = 16;
    private static final int BLOCK = 16;
    private static final int MAC = 32;

    /** The longest envelope there can be: a batch of {@link Mechanism#AES_CBC_HMAC} with the longest leaf. Nothing longer is parsed. */
    public static final int MAX = beforeLeaf(16, box(Mechanism.AES_CBC_HMAC, BATCH_KEY)) + FIELD_MAX;

    private EnvelopeLength() {}

    /**
     * The length of the envelope of a DEK.
     *
     * @param ivLength as the custodian will choose it; see {@link Mechanism}
     * @param dekLength from 1 to {@link #maxDek}
     * @throws IllegalArgumentException if the mechanism has no such IV, or the DEK is empty or too long
     */
    public static int of(Layout layout, Mechanism mechanism, int ivLength, int dekLength) {
        if (!ivFits(mechanism, ivLength)) {
            throw new IllegalArgumentException(mechanism + " has no IV of " + ivLength + " bytes");
        }
        if (dekLength < 1 || dekLength > maxDek(layout, mechanism)) {
            throw new IllegalArgumentException(
                    "a DEK of " + dekLength + " bytes does not fit: at least 1, at most " + maxDek(layout, mechanism));
        }
        return switch (layout) {
            case SINGLE -> beforeBox(ivLength) + box(mechanism, dekLength);
            case BATCH -> beforeLeaf(ivLength, box(mechanism, BATCH_KEY)) + dekLength + TAG;
        };
    }

    /** The longest DEK that fits. */
    public static int maxDek(Layout layout, Mechanism mechanism) {
        if (layout == Layout.SINGLE && mechanism == Mechanism.AES_CBC_HMAC) {
            return (FIELD_MAX - MAC) / BLOCK * BLOCK - 1;
        }
        return FIELD_MAX - TAG;
    }

    static boolean ivFits(Mechanism mechanism, int length) {
        return switch (mechanism) {
            case AES_GCM -> length == 12 || length == 16;
            case AES_CBC_HMAC -> length == 16;
            case TPM_HMAC_GCM -> length == 32;
        };
    }

    static boolean boxFits(Layout layout, Mechanism mechanism, int length) {
        if (layout == Layout.BATCH) {
            return length == box(mechanism, BATCH_KEY);
        }
        if (length > FIELD_MAX) {
            return false;
        }
        return switch (mechanism) {
            case AES_GCM, TPM_HMAC_GCM -> length > TAG;
            case AES_CBC_HMAC -> length >= BLOCK + MAC && (length - MAC) % BLOCK == 0;
        };
    }

    static boolean leafFits(int length) {
        return length > TAG && length <= FIELD_MAX;
    }

    static int beforeBox(int ivLength) {
        return Header.LENGTH + 1 + ivLength + 2;
    }

    static int beforeLeaf(int ivLength, int boxLength) {
        return beforeBox(ivLength) + boxLength + LEAF_IV;
    }

    /** PKCS#7 always adds at least one byte, so a whole block when the plaintext fills its last one (RFC 5652 §6.3). */
    private static int box(Mechanism mechanism, int plaintextLength) {
        return switch (mechanism) {
            case AES_GCM, TPM_HMAC_GCM -> plaintextLength + TAG;
            case AES_CBC_HMAC -> (plaintextLength / BLOCK + 1) * BLOCK + MAC;
        };
    }
}
