package dev.kekkai.custody;

/** Why a custodian did not do what it was asked. Messages name the token, the object and the {@code CKR_} code, never key material or a PIN. */
public abstract sealed class CustodyException extends Exception {
    private CustodyException(String message) {
        super(message);
    }

    private CustodyException(String message, Throwable cause) {
        super(message, cause);
    }

    /** The box does not open under this KEK and associated data: the caller's fault, nothing else is affected. */
    public static final class NotAuthentic extends CustodyException {
        public NotAuthentic(String message) {
            super(message);
        }
    }

    /** The token holds no such key object. */
    public static final class KeyMissing extends CustodyException {
        public KeyMissing(String message) {
            super(message);
        }
    }

    /** A key object is there and its attributes break the rules for KEKs. */
    public static final class KeyUnsafe extends CustodyException {
        public KeyUnsafe(String message) {
            super(message);
        }
    }

    /** The token refused the PIN, or is known to have refused this very PIN file before. It is not tried again. */
    public static final class PinRefused extends CustodyException {
        public PinRefused(String message) {
            super(message);
        }
    }

    /** The configuration names something that cannot be used: a module that does not load, a token that is not there, a PIN file others can read. */
    public static final class Misconfigured extends CustodyException {
        public Misconfigured(String message) {
            super(message);
        }

        public Misconfigured(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /** The token failed or is gone; it may come back. */
    public static final class Unavailable extends CustodyException {
        public Unavailable(String message) {
            super(message);
        }

        public Unavailable(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /** The queue for sessions is full; nothing was begun. */
    public static final class Overloaded extends CustodyException {
        public Overloaded(String message) {
            super(message);
        }
    }
}
