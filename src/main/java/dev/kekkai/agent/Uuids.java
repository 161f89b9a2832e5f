package dev.kekkai.agent;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.util.UUID;

/** UUIDs as the wire has them: 16 bytes, the most significant first. */
final class Uuids {
    private static final int BYTES = 16;

    private Uuids() {}

    static ByteString write(UUID uuid) {
        return ByteString.copyFrom(ByteBuffer.allocate(BYTES)
                .putLong(uuid.getMostSignificantBits())
                .putLong(uuid.getLeastSignificantBits())
                .flip());
    }

    static UUID read(ByteString bytes) throws GeneralSecurityException {
        if (bytes.size() != BYTES) {
            throw new GeneralSecurityException("a UUID has " + BYTES + " bytes, not " + bytes.size());
        }
        ByteBuffer in = bytes.asReadOnlyByteBuffer();
        return new UUID(in.getLong(), in.getLong());
    }
}
