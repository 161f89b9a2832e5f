package dev.kekkai.audit.verify;

/**
 * Something that is not as it was written.
 *
 * @param file that it is in, as it was named
 * @param line in that file, from 1; 0 if it concerns no line
 * @param seq of the record, or 0
 * @param message for a person
 */
public record Finding(Kind kind, String file, long line, long seq, String message) {
    /** What happened. */
    public enum Kind {
        /** A record has other bytes than its hash, or than the record after it names. */
        CHANGED,
        /** Records are not there. */
        REMOVED,
        /** A record stands at another place than its number says. */
        REORDERED,
        /** A number comes twice. */
        INSERTED,
        /** Something that is no record, and that the trail does not explain. */
        NO_RECORD,
        /** A record of another replica. */
        FOREIGN,
        /** Files are not in their order. */
        FILES,
        /** The end is missing. */
        TRUNCATED,
        /** An anchor that the HSM did not sign. */
        FORGED_ANCHOR,
        /** The chain holds by itself and is another one than the HSM signed. */
        REPLACED
    }
}
