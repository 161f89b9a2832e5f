package dev.kekkai.attestation.eventlog;

/** Says why bytes are not an event log: what is wrong and at which byte. It repeats none of them, so it may be logged and shown. */
public final class MalformedEventLogException extends Exception {
    private final int offset;

    MalformedEventLogException(String what, int offset) {
        super(what + ", at byte " + offset);
        this.offset = offset;
    }

    /** Where it goes wrong, in bytes from the start; the length of the input if it ends too early. */
    public int offset() {
        return offset;
    }
}
