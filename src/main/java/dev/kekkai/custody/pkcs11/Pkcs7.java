package dev.kekkai.custody.pkcs11;

import java.util.Arrays;
import java.util.Optional;

/** The padding of RFC 5652 §6.3: n bytes of value n, a whole block where the data fills its last one. Whoever gets an array zeroes it. */
final class Pkcs7 {
    private Pkcs7() {}

    static byte[] pad(byte[] data, int block) {
        int padding = block - data.length % block;
        byte[] padded = Arrays.copyOf(data, data.length + padding);
        Arrays.fill(padded, data.length, padded.length, (byte) padding);
        return padded;
    }

    /** The data in a new array, or empty if no such padding is at its end. Only for what has been authenticated. */
    static Optional<byte[]> unpad(byte[] padded, int block) {
        int padding = padded.length == 0 ? 0 : padded[padded.length - 1] & 0xFF;
        if (padding < 1 || padding > block || padding > padded.length) {
            return Optional.empty();
        }
        int wrong = 0;
        for (int i = padded.length - padding; i < padded.length; i++) {
            wrong |= padded[i] ^ padding;
        }
        return wrong == 0 ? Optional.of(Arrays.copyOf(padded, padded.length - padding)) : Optional.empty();
    }
}
