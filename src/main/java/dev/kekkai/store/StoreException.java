package dev.kekkai.store;

/** The store could not be read or written; nothing was changed. */
public sealed class StoreException extends Exception permits UntrustedStoreException {
    public StoreException(String message) {
        super(message);
    }

    public StoreException(String message, Throwable cause) {
        super(message, cause);
    }
}
