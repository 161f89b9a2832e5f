package dev.kekkai.authority;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Writes the canonical form: one way to write each value, and no two lists of values with the same bytes. */
final class Canonical {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    /** As it is, for values of fixed length. */
    Canonical fixed(byte[] bytes) {
        out.writeBytes(bytes);
        return this;
    }

    /** LP: a u32 length and the bytes. */
    Canonical prefixed(byte[] bytes) {
        out.writeBytes(ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).array());
        return fixed(bytes);
    }

    Canonical prefixed(String ascii) {
        return prefixed(ascii.getBytes(StandardCharsets.US_ASCII));
    }

    /** LP of UTF-8, for what people write. */
    Canonical text(String text) {
        return prefixed(text.getBytes(StandardCharsets.UTF_8));
    }

    Canonical u8(int value) {
        out.write(value);
        return this;
    }

    Canonical u64(long value) {
        return fixed(ByteBuffer.allocate(Long.BYTES).putLong(value).array());
    }

    Canonical flag(boolean value) {
        return u8(value ? 1 : 0);
    }

    Canonical uuid(UUID value) {
        return u64(value.getMostSignificantBits()).u64(value.getLeastSignificantBits());
    }

    Canonical time(Instant value) {
        return u64(value.toEpochMilli());
    }

    /** A flag, and the value if there is one. */
    Canonical optional(@Nullable Long value) {
        flag(value != null);
        return value == null ? this : u64(value);
    }

    Canonical optional(@Nullable Instant value) {
        return optional(value == null ? null : (Long) value.toEpochMilli());
    }

    byte[] bytes() {
        return out.toByteArray();
    }
}
