package dev.kekkai.audit.syslog;

import java.io.IOException;

/** A way to a syslog server. One thread. */
interface Wire extends AutoCloseable {
    /** Sends one message, over a new connection if there is none. */
    void send(byte[] message) throws IOException;

    /** Forgets the connection; the next message makes another. */
    @Override
    void close();
}
