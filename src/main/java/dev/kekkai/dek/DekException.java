package dev.kekkai.dek;

import dev.kekkai.id.KeyId;

/** Why a wrap or an unwrap was not done. Each kind has one gRPC code, given at the edge. */
public abstract sealed class DekException extends Exception {
    private DekException(String message) {
        super(message);
    }

    private DekException(String message, Throwable cause) {
        super(message, cause);
    }

    /** The request itself is wrong: an envelope that does not parse, a DEK of a size that cannot be wrapped. */
    public static final class Malformed extends DekException {
        public Malformed(String message) {
            super(message);
        }
    }

    /** The envelope or the {@code key_id} names a version that this tenant's keyring does not have, or the two name different ones. */
    public static final class UnknownKey extends DekException {
        public UnknownKey(String message) {
            super(message);
        }
    }

    /** The envelope parses and names a key of ours, and does not open under it: it was changed, or never made by that key. */
    public static final class NotAuthentic extends DekException {
        public NotAuthentic(String message) {
            super(message);
        }
    }

    /** The version exists and must not be used: DISABLED or DESTROYED, or its uses are spent. */
    public static final class KeyRefused extends DekException {
        public KeyRefused(String message) {
            super(message);
        }
    }

    /** The caller wraps for a {@code key_id} that has been replaced too long ago; Status tells the new one. */
    public static final class StaleKey extends DekException {
        private final KeyId current;

        public StaleKey(KeyId current) {
            super("the key_id last told to this caller no longer wraps; the current one is " + current
                    + ": call Status and try again");
            this.current = current;
        }

        public KeyId current() {
            return current;
        }
    }

    /** The HSM, the store or the audit trail cannot do it now; the same request may succeed later. */
    public static final class Unavailable extends DekException {
        public Unavailable(String message) {
            super(message);
        }

        public Unavailable(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /** Too much is waiting already; nothing was begun. */
    public static final class Overloaded extends DekException {
        public Overloaded(String message) {
            super(message);
        }
    }

    /** The caller's deadline passed before the work was done. */
    public static final class TooLate extends DekException {
        public TooLate(String message) {
            super(message);
        }
    }
}
