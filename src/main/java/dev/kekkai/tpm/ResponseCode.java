package dev.kekkai.tpm;

/** {@code TPM_RC} (Part 2 §6.6), decoded. */
public record ResponseCode(int value) {
    public static final int RETRY = 0x922;
    public static final int YIELDED = 0x908;
    public static final int TESTING = 0x90A;
}
