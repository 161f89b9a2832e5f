package dev.kekkai.store;

/** What the store says is not proved, or is older than what was seen before. The message says what, and the way out. */
public final class UntrustedStoreException extends StoreException {
    private static final long serialVersionUID = 1;

    public UntrustedStoreException(String message) {
        super(message);
    }

    public UntrustedStoreException(String message, Throwable cause) {
        super(message, cause);
    }
}
