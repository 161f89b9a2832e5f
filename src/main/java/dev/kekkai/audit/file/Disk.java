package dev.kekkai.audit.file;

import java.io.IOException;

/** The file of a trail, open for appending. */
interface Disk extends AutoCloseable {
    /** Appends all, or fails; how much it took then, {@link #size} says. */
    void write(byte[] bytes) throws IOException;

    /** Bytes in the file now. */
    long size() throws IOException;

    /** Returns when the disk itself has everything. */
    void sync() throws IOException;

    @Override
    void close() throws IOException;
}
