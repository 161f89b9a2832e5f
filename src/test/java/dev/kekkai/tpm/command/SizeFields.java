package dev.kekkai.tpm.command;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Where sizes and counts lie in a response, found by a description of its parameters: digits are fields of so many bytes, {@code b} is a
 * {@code TPM2B}, braces are a {@code TPM2B} around fields, {@code n} is a count (its elements follow), {@code s} is a size of one byte.
 */
final class SizeFields {
    /** One of them, {@code width} bytes wide. */
    record Field(int offset, int width) {
        /** The response with another number there. */
        byte[] set(byte[] response, long value) {
            byte[] forged = response.clone();
            for (int i = 0; i < width; i++) {
                forged[offset + i] = (byte) (value >>> 8 * (width - 1 - i));
            }
            return forged;
        }
    }

    private final ByteBuffer bytes;
    private final List<Field> fields = new ArrayList<>();
    private int at;

    private SizeFields(byte[] response, int start) {
        this.bytes = ByteBuffer.wrap(response);
        this.at = start;
    }

    /**
     * Finds them all.
     *
     * @param passwords how many passwords the command was authorised with
     */
    static List<Field> in(byte[] response, boolean handle, int passwords, String parameters) {
        SizeFields found = new SizeFields(response, handle ? 14 : 10);
        found.fields.add(new Field(2, 4));
        if (passwords > 0) {
            found.mark(4);
        }
        for (char token : parameters.replace(" ", "").toCharArray()) {
            found.step(token);
        }
        for (int i = 0; i < passwords; i++) {
            "b1b".chars().forEach(token -> found.step((char) token));
        }
        if (found.at != response.length) {
            throw new IllegalStateException(
                    "the description ends at byte " + found.at + " of " + response.length + ": " + parameters);
        }
        return found.fields;
    }

    private void step(char token) {
        switch (token) {
            case 'b' -> {
                int size = Short.toUnsignedInt(bytes.getShort(at));
                mark(2);
                at += size;
            }
            case '{' -> mark(2);
            case '}' -> {}
            case 'n' -> mark(4);
            case 's' -> mark(1);
            default -> at += token - '0';
        }
    }

    private void mark(int width) {
        fields.add(new Field(at, width));
        at += width;
    }
}
