package dev.kekkai.envelope;

/** Says why bytes are not an envelope: what is wrong and at which byte. It repeats none of them, so it may be logged and shown. */
public final class MalformedEnvelopeException extends Exception {
    private final int offset;

    MalformedEnvelopeException(String what, int offset) {
        super(what + ", at byte " + offset);
        this.offset = offset;
    }

    /** Where it goes wrong, in bytes from the start; the length of the input if it ends too early. */
    public int offset() {
        return offset;
    }
}
