package dev.kekkai.audit.file;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Reads a file of a trail line by line, as bytes. */
public final class TrailReader implements AutoCloseable {
    /** Many times the longest record. What is longer is given in pieces, which are no records. */
    private static final int LONGEST = 256 * 1024;

    private final InputStream in;
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();

    private TrailReader(InputStream in) {
        this.in = in;
    }

    public static TrailReader open(Path file) throws IOException {
        return new TrailReader(new BufferedInputStream(Files.newInputStream(file), LONGEST));
    }

    /** The next line without its newline, or what there is of the last one; null at the end. */
    public byte @Nullable [] next() throws IOException {
        byte[] ended = nextEnded();
        if (ended == null && line.size() > 0) {
            byte[] rest = line.toByteArray();
            line.reset();
            return rest;
        }
        return ended;
    }

    /** The next line that has its newline; null where there is none, perhaps yet: what there is of it is kept. */
    public byte @Nullable [] nextEnded() throws IOException {
        for (int at = in.read(); at >= 0; at = in.read()) {
            if (at == '\n' || line.size() == LONGEST) {
                byte[] whole = line.toByteArray();
                line.reset();
                if (at != '\n') {
                    line.write(at);
                }
                return whole;
            }
            line.write(at);
        }
        return null;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
