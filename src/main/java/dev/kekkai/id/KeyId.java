package dev.kekkai.id;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/**
 * The {@code key_id} that kube-apiserver sees.
 *
 * <p>{@code "kekkai:" + base32(first 20 bytes of SHA-256("kekkai/key_id/1" ‖ u32 16 ‖ version id ‖ u64 activation epoch))}, base32 of
 * RFC 4648 §6, 32 characters, so no padding. A version is activated at most once and epochs grow strictly within a lineage, so no
 * {@code key_id} ever returns. It is public and proves nothing about the key.
 */
public record KeyId(String value) {
    /** What each {@code key_id} of ours begins with. */
    public static final String PREFIX = "kekkai:";

    private static final byte[] DOMAIN = "kekkai/key_id/1".getBytes(StandardCharsets.US_ASCII);
    private static final String BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    private static final int DIGEST_BYTES = 20;

    /** The {@code key_id} of a version that was activated at an epoch, which counts from 1. */
    public static KeyId of(VersionId version, long epoch) {
        byte[] id = version.bytes();
        ByteBuffer input = ByteBuffer.allocate(DOMAIN.length + Integer.BYTES + id.length + Long.BYTES);
        input.put(DOMAIN).putInt(id.length).put(id).putLong(epoch);
        return new KeyId(PREFIX + base32(Arrays.copyOf(sha256(input.array()), DIGEST_BYTES)));
    }

    private static byte[] sha256(byte[] input) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(input);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** RFC 4648 §6 for a multiple of 5 bytes, where no padding arises. */
    private static String base32(byte[] bytes) {
        StringBuilder text = new StringBuilder(bytes.length * 8 / 5);
        long bits = 0;
        int held = 0;
        for (byte b : bytes) {
            bits = (bits << 8) | (b & 0xFF);
            held += 8;
            while (held >= 5) {
                held -= 5;
                text.append(BASE32.charAt((int) (bits >>> held) & 0x1F));
            }
        }
        return text.toString();
    }

    @Override
    public String toString() {
        return value;
    }
}
