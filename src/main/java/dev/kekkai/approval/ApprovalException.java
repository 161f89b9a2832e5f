package dev.kekkai.approval;

/** Why something was not asked for, approved or rejected. The message says what to do. */
public final class ApprovalException extends Exception {
    private static final long serialVersionUID = 1;

    private final Kind kind;

    /** What is wrong. */
    public enum Kind {
        /** No such request, or more than one. */
        UNKNOWN,
        /** Somebody would approve what they asked for. */
        OWN_REQUEST,
        /** Somebody who may only take back their own would decide on another's. */
        NOT_YOURS,
        /** It was decided, has expired, or is about something that has changed. */
        CLOSED,
        /** It cannot be asked for as it was. */
        REFUSED
    }

    public ApprovalException(Kind kind, String message) {
        super(message);
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }
}
