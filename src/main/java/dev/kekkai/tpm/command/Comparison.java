package dev.kekkai.tpm.command;

/** {@code TPM_EO} (Part 2 §6.8): how the first operand, data in the TPM, has to compare with the second. */
public enum Comparison {
    EQUAL(0x00),
    NOT_EQUAL(0x01),
    SIGNED_GREATER(0x02),
    UNSIGNED_GREATER(0x03),
    SIGNED_LESS(0x04),
    UNSIGNED_LESS(0x05),
    SIGNED_GREATER_OR_EQUAL(0x06),
    UNSIGNED_GREATER_OR_EQUAL(0x07),
    SIGNED_LESS_OR_EQUAL(0x08),
    UNSIGNED_LESS_OR_EQUAL(0x09),
    BITS_SET(0x0a),
    BITS_CLEAR(0x0b);

    private final int id;

    Comparison(int id) {
        this.id = id;
    }

    int id() {
        return id;
    }
}
