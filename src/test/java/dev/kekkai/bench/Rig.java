package dev.kekkai.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;

/** A server under measurement, in a process of its own that ends with this. */
interface Rig extends AutoCloseable {
    /** The heap that every server gets, whatever it is to do. */
    String HEAP = "-Xmx96m";

    Path socket();

    ProcessGauges process();

    /** Operations that the HSM has done so far; the key's, not the session's. */
    long hsmOperations();

    /** From now on an operation of the HSM lasts at least so long. */
    void slow(Duration latency);

    GcLog heap() throws IOException;

    @Override
    void close() throws IOException;
}
