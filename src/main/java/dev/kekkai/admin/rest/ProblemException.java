package dev.kekkai.admin.rest;

/** A call that is answered with a problem. */
final class ProblemException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final ProblemCode code;

    /**
     * @param detail what is wrong in this case; the caller reads it
     */
    ProblemException(ProblemCode code, String detail) {
        super(detail);
        this.code = code;
    }

    ProblemException(ProblemCode code, Exception cause) {
        super(cause.getMessage(), cause);
        this.code = code;
    }

    ProblemCode code() {
        return code;
    }
}
