package dev.kekkai.audit;

import java.util.function.Consumer;

/**
 * A place beside the file that gets a copy of each record. The file is the trail: a copy delays and stops nothing. What waits for it is bounded, and
 * what it did not get is counted.
 */
public interface AuditCopies extends Consumer<byte[]>, AutoCloseable {
    /** No place at all. */
    AuditCopies NONE = new AuditCopies() {
        @Override
        public void accept(byte[] lines) {
            // nobody wants them
        }

        @Override
        public long dropped() {
            return 0;
        }

        @Override
        public String problem() {
            return "";
        }

        @Override
        public void close() {
            // nothing is open
        }
    };

    /**
     * Takes what was written. Never blocks: it is called with the lock of the trail.
     *
     * @param lines whole records with their newlines, not to be changed afterwards
     */
    @Override
    void accept(byte[] lines);

    /** Records that it did not get, since the server began. */
    long dropped();

    /** Why it does not get them now, or empty. */
    String problem();

    /** Sends what waits, for some seconds at most; what is left is counted as dropped. */
    @Override
    void close();

    /** The records in some bytes that were given, from a place on. */
    static long records(byte[] lines, int from) {
        long count = 0;
        for (int i = from; i < lines.length; i++) {
            count += lines[i] == '{' && (i == 0 || lines[i - 1] == '\n') ? 1 : 0;
        }
        return count;
    }
}
