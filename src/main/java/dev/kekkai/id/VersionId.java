package dev.kekkai.id;

import java.util.Arrays;
import java.util.HexFormat;

/** The random 16-byte identity of a KEK version: the {@code CKA_ID} of all its HSM objects, and the envelope's first answer to "which key". */
public final class VersionId {
    /** Length in bytes. */
    public static final int LENGTH = 16;

    private final byte[] bytes;

    private VersionId(byte[] bytes) {
        this.bytes = bytes;
    }

    /**
     * Takes a copy of 16 bytes.
     *
     * @throws IllegalArgumentException if there are not exactly 16
     */
    public static VersionId of(byte[] bytes) {
        if (bytes.length != LENGTH) {
            throw new IllegalArgumentException("a version id has 16 bytes, not " + bytes.length);
        }
        return new VersionId(bytes.clone());
    }

    /**
     * Reads 32 hexadecimal digits.
     *
     * @throws IllegalArgumentException if it is anything else
     */
    public static VersionId parse(String hex) {
        return of(HexFormat.of().parseHex(hex));
    }

    /** A copy of the 16 bytes. */
    public byte[] bytes() {
        return bytes.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof VersionId that && Arrays.equals(bytes, that.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    /** 32 lowercase hexadecimal digits. */
    @Override
    public String toString() {
        return HexFormat.of().formatHex(bytes);
    }
}
