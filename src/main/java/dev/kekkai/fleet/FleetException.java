package dev.kekkai.fleet;

/** Why something about a node or a policy was not done. The message says what to do. */
public final class FleetException extends Exception {
    public FleetException(String message) {
        super(message);
    }

    public FleetException(String message, Throwable cause) {
        super(message, cause);
    }
}
