package dev.kekkai.batching;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Looks for keys in a file, and for parts of them: any 8 bytes that begin at a multiple of 8 within a key, in either byte order (an AES key
 * schedule is an {@code int[]} that begins with the key).
 */
final class KeySearch {
    private static final int PART = Long.BYTES;
    private static final int ENOUGH = 20;
    private static final ValueLayout.OfLong BIG_ENDIAN =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    private final Map<Long, Integer> parts = new HashMap<>();
    /** Of the low 16 bits of each part, so that few places need the map. */
    private final boolean[] seen = new boolean[1 << 16];

    KeySearch(List<byte[]> keys) {
        for (int number = 0; number < keys.size(); number++) {
            ByteBuffer key = ByteBuffer.wrap(keys.get(number));
            while (key.remaining() >= PART) {
                long part = key.getLong();
                for (long form : new long[] {part, Long.reverseBytes(part), Long.rotateLeft(part, Integer.SIZE)}) {
                    parts.put(form, number);
                    seen[(int) (form & 0xFFFF)] = true;
                }
            }
        }
    }

    /** The first places at which something of a key was found, and which key it was. */
    Map<Long, Integer> find(Path file) throws IOException {
        Map<Long, Integer> found = new TreeMap<>();
        try (FileChannel channel = FileChannel.open(file);
                Arena arena = Arena.ofConfined()) {
            MemorySegment bytes = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
            for (long at = 0; at <= bytes.byteSize() - PART && found.size() < ENOUGH; at++) {
                long here = bytes.get(BIG_ENDIAN, at);
                if (seen[(int) (here & 0xFFFF)]) {
                    Integer number = parts.get(here);
                    if (number != null) {
                        found.put(at, number);
                    }
                }
            }
        }
        return found;
    }
}
