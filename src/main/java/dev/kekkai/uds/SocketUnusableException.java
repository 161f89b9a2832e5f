package dev.kekkai.uds;

/** A unix socket cannot be served at the configured path. The message says what is wrong, with which path, and what to do. */
public final class SocketUnusableException extends Exception {
    public SocketUnusableException(String message) {
        super(message);
    }

    public SocketUnusableException(String message, Throwable cause) {
        super(message, cause);
    }
}
