package dev.kekkai.tpm.structure;

import java.util.Arrays;

/** Writes big-endian structures. What it holds may be secret: {@link #destroy} zeroes it, and so does growing. */
public final class TpmWriter {
    private byte[] bytes = new byte[128];
    private int length;

    public TpmWriter u8(int value) {
        return number(value, 1);
    }

    public TpmWriter u16(int value) {
        return number(value, 2);
    }

    public TpmWriter u32(long value) {
        return number(value, 4);
    }

    public TpmWriter u64(long value) {
        return number(value, 8);
    }

    public TpmWriter bytes(byte[] value) {
        room(value.length);
        System.arraycopy(value, 0, bytes, length, value.length);
        length += value.length;
        return this;
    }

    /**
     * A {@code TPM2B}: 16 bits of size, then the bytes.
     *
     * @throws IllegalArgumentException if there are more than 65,535
     */
    public TpmWriter sized(byte[] value) {
        if (value.length > 0xFFFF) {
            throw new IllegalArgumentException("a TPM2B holds at most 65,535 bytes, not " + value.length);
        }
        return u16(value.length).bytes(value);
    }

    /** How many bytes were written. */
    public int length() {
        return length;
    }

    /** A copy of what was written. */
    public byte[] toBytes() {
        return Arrays.copyOf(bytes, length);
    }

    /** Zeroes what was written; the writer is empty afterwards. */
    public void destroy() {
        Arrays.fill(bytes, (byte) 0);
        length = 0;
    }

    private TpmWriter number(long value, int size) {
        room(size);
        for (int shift = 8 * (size - 1); shift >= 0; shift -= 8) {
            bytes[length++] = (byte) (value >>> shift);
        }
        return this;
    }

    private void room(int more) {
        if (bytes.length - length < more) {
            byte[] outgrown = bytes;
            bytes = Arrays.copyOf(outgrown, Math.max(2 * outgrown.length, length + more));
            Arrays.fill(outgrown, (byte) 0);
        }
    }
}
