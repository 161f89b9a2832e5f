package dev.kekkai.audit.verify;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;

/**
 * The hash of a record: SHA-256 of the very bytes of its line before {@code ,"hash":"}, which is always the last field. So a line need not be
 * written anew to be checked. Not safe for several threads.
 */
public final class LineHash {
    /** What stands between the bytes that are hashed and the hash. */
    public static final String FIELD = ",\"hash\":\"";

    private static final byte[] FIELD_BYTES = FIELD.getBytes(US_ASCII);
    private static final int DIGITS = 64;
    private static final int TAIL = FIELD.length() + DIGITS + 2;

    private final MessageDigest sha256;

    public LineHash() {
        try {
            sha256 = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** Of the first bytes of an array, as 64 lower-case hexadecimal digits. */
    public String of(byte[] bytes, int length) {
        sha256.update(bytes, 0, length);
        return HexFormat.of().formatHex(sha256.digest());
    }

    /**
     * Whether a line, without its newline, has the hash that it says; empty if it does not end with one.
     */
    Optional<Boolean> holds(byte[] line) {
        int at = line.length - TAIL;
        if (at < 0 || !Arrays.equals(line, at, at + FIELD_BYTES.length, FIELD_BYTES, 0, FIELD_BYTES.length)) {
            return Optional.empty();
        }
        int digits = at + FIELD_BYTES.length;
        return Optional.of(of(line, at).equals(new String(line, digits, DIGITS, US_ASCII)));
    }
}
