package dev.kekkai.envelope;

import java.nio.ByteBuffer;

/** Lays fields out in the order of the format; the lengths were checked by whoever holds the fields. */
final class EnvelopeWriter {
    private EnvelopeWriter() {}

    /** {@code header ‖ iv length ‖ iv ‖ box length ‖ box}, and then what a batch adds. */
    static byte[] write(Header header, byte[] iv, byte[] box, byte[]... rest) {
        int length = EnvelopeLength.beforeBox(iv.length) + box.length;
        for (byte[] field : rest) {
            length += field.length;
        }
        ByteBuffer out = ByteBuffer.allocate(length).put(header.encode());
        out.put((byte) iv.length).put(iv);
        out.putShort((short) box.length).put(box);
        for (byte[] field : rest) {
            out.put(field);
        }
        return out.array();
    }
}
