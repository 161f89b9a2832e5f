package dev.kekkai.fleet;

import java.time.Instant;

/** Whose word about nodes counts, beside what this process saw itself: rows of a database can be written by others than gateways. */
public interface Witness {
    /**
     * Signs what this gateway says. From memory, without the HSM.
     *
     * @return a text of ASCII that says who signed, too; empty if nobody can
     */
    String sign(byte[] statement);

    /**
     * Whether a gateway signed it, at whatever time.
     *
     * @param signed as {@link #sign} gives it, or whatever somebody wrote in its place
     */
    boolean signed(byte[] statement, String signed);

    /**
     * Whether a gateway signed it that could at that time.
     *
     * @param at when it is said to have signed it
     */
    boolean signed(byte[] statement, String signed, Instant at);

    /** For those who show rows and let nobody in: all are shown. Signs nothing. */
    Witness ANYBODY = new Whoever(true);

    /** For a gateway that does not have its key yet. Signs nothing. */
    Witness NOBODY = new Whoever(false);

    /** Whatever the signature is. */
    record Whoever(boolean believed) implements Witness {
        @Override
        public String sign(byte[] statement) {
            return "";
        }

        @Override
        public boolean signed(byte[] statement, String signed) {
            return believed;
        }

        @Override
        public boolean signed(byte[] statement, String signed, Instant at) {
            return believed;
        }
    }
}
