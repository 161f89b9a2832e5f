package dev.kekkai.batching;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A file of keys of 32 bytes, none of which stands in it, or in the memory of who writes it, as it is. */
final class Disguised implements AutoCloseable {
    private static final int LENGTH = 32;
    private static final byte MASK = (byte) 0xA5;

    private final OutputStream out;

    private Disguised(OutputStream out) {
        this.out = out;
    }

    static Disguised into(Path file) throws IOException {
        return new Disguised(Files.newOutputStream(file));
    }

    synchronized void add(byte[] key) {
        byte[] masked = new byte[LENGTH];
        for (int i = 0; i < LENGTH; i++) {
            masked[i] = (byte) (key[i] ^ MASK);
        }
        try {
            out.write(masked);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The keys as they were. */
    static List<byte[]> read(Path file) throws IOException {
        byte[] all = Files.readAllBytes(file);
        List<byte[]> keys = new ArrayList<>();
        for (int at = 0; at < all.length; at += LENGTH) {
            byte[] key = Arrays.copyOfRange(all, at, at + LENGTH);
            for (int i = 0; i < LENGTH; i++) {
                key[i] ^= MASK;
            }
            keys.add(key);
        }
        return keys;
    }

    @Override
    public void close() throws IOException {
        out.close();
    }
}
