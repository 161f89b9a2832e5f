package dev.kekkai.app;

/** Something a process needs before it can work is not to be had. The message says what, and what to do. */
public final class StartException extends Exception {
    public StartException(String message) {
        super(message);
    }

    public StartException(String message, Throwable cause) {
        super(message, cause);
    }
}
