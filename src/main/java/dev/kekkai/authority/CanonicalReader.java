package dev.kekkai.authority;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Reads what {@link Canonical} writes, and nothing else: exact lengths, flags of 0 and 1, no bytes left over. */
final class CanonicalReader {
    private final ByteBuffer in;

    CanonicalReader(byte[] bytes) {
        this.in = ByteBuffer.wrap(bytes);
    }

    byte[] fixed(int length) throws MalformedEntryException {
        if (length < 0 || length > in.remaining()) {
            throw new MalformedEntryException("it says that " + Integer.toUnsignedString(length) + " bytes follow, and "
                    + in.remaining() + " do");
        }
        byte[] bytes = new byte[length];
        in.get(bytes);
        return bytes;
    }

    byte[] prefixed() throws MalformedEntryException {
        return fixed((int) number(Integer.BYTES));
    }

    String ascii() throws MalformedEntryException {
        byte[] bytes = prefixed();
        for (byte b : bytes) {
            if (b < ' ' || b > '~') {
                throw new MalformedEntryException("a name holds a byte that no name has");
            }
        }
        return new String(bytes, StandardCharsets.US_ASCII);
    }

    /** Well-formed UTF-8; what may be in it is said by whoever reads it. */
    String text() throws MalformedEntryException {
        byte[] bytes = prefixed();
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new MalformedEntryException("a text is not UTF-8", e);
        }
    }

    int u8() throws MalformedEntryException {
        return (int) number(1) & 0xFF;
    }

    long u64() throws MalformedEntryException {
        return number(Long.BYTES);
    }

    boolean flag() throws MalformedEntryException {
        int value = u8();
        if (value > 1) {
            throw new MalformedEntryException("a flag is " + value + ", neither 0 nor 1");
        }
        return value == 1;
    }

    UUID uuid() throws MalformedEntryException {
        long most = u64();
        return new UUID(most, u64());
    }

    Instant time() throws MalformedEntryException {
        return Instant.ofEpochMilli(u64());
    }

    @Nullable
    Long optionalNumber() throws MalformedEntryException {
        return flag() ? (Long) u64() : null;
    }

    @Nullable
    Instant optionalTime() throws MalformedEntryException {
        return flag() ? time() : null;
    }

    void end() throws MalformedEntryException {
        if (in.hasRemaining()) {
            throw new MalformedEntryException(in.remaining() + " byte(s) are left over");
        }
    }

    private long number(int bytes) throws MalformedEntryException {
        try {
            return switch (bytes) {
                case 1 -> in.get();
                case Integer.BYTES -> in.getInt();
                default -> in.getLong();
            };
        } catch (BufferUnderflowException e) {
            throw new MalformedEntryException("it ends too early", e);
        }
    }
}
