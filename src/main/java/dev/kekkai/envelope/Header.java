package dev.kekkai.envelope;

import dev.kekkai.id.VersionId;
import java.nio.ByteBuffer;

/**
 * The first 19 bytes of each envelope: {@code version 1 │ layout 1 │ mechanism 1 │ version id 16}. They are authenticated as part of
 * the box's associated data, so none of them can be changed without the box failing to open.
 *
 * @param layout what the box holds
 * @param mechanism how the box is sealed
 * @param version the KEK version that sealed it
 */
public record Header(Layout layout, Mechanism mechanism, VersionId version) {
    /** Length in bytes. */
    public static final int LENGTH = 3 + VersionId.LENGTH;

    /** The version of the format that this package writes, and the only one it reads so far. */
    public static final int FORMAT_VERSION = 1;

    /** A new array of the 19 bytes. */
    public byte[] encode() {
        return ByteBuffer.allocate(LENGTH)
                .put((byte) FORMAT_VERSION)
                .put((byte) layout.code())
                .put((byte) mechanism.code())
                .put(version.bytes())
                .array();
    }
}
