package dev.kekkai.tpm;

/** Why a TPM did not do what it was asked, or what it said does not count. Messages repeat no secrets and no bytes that came over the wire. */
public abstract sealed class TpmException extends Exception {
    private TpmException(String message) {
        super(message);
    }

    private TpmException(String message, Throwable cause) {
        super(message, cause);
    }

    /** Bytes are not the structure they should be. */
    public static final class Malformed extends TpmException {
        private final String field;
        private final int offset;

        /**
         * @param field structure and field as the TCG names them, for example {@code TPMT_PUBLIC.nameAlg}
         * @param what what is wrong with it
         * @param offset where the field begins, in bytes from the start of the input
         */
        public Malformed(String field, String what, int offset) {
            super(field + " " + what + ", at byte " + offset);
            this.field = field;
            this.offset = offset;
        }

        /** Structure and field, for example {@code TPMT_PUBLIC.nameAlg}. */
        public String field() {
            return field;
        }

        /** Where the field begins, in bytes from the start of the input. */
        public int offset() {
            return offset;
        }
    }

    /** The TPM, or what stands before it, answered with an error. Nobody authenticates such an answer: it may be a lie about the cause. */
    public static final class Refused extends TpmException {
        private final ResponseCode code;

        public Refused(String command, ResponseCode code) {
            super(command + " was refused: " + code);
            this.code = code;
        }

        public ResponseCode code() {
            return code;
        }
    }

    /** A response does not carry the HMAC that only the TPM could have made, or not the sessions that were asked for. */
    public static final class Forged extends TpmException {
        public Forged(String message) {
            super(message);
        }
    }

    /** The TPM is not there, or did not answer in time; it may come back. */
    public static final class Unavailable extends TpmException {
        public Unavailable(String message) {
            super(message);
        }

        public Unavailable(String message, Throwable cause) {
            super(message, cause);
        }
    }
}
