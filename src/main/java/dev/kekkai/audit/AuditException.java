package dev.kekkai.audit;

/** The audit trail could not be written. What it was to record must not take effect. */
public final class AuditException extends Exception {
    public AuditException(String message, Throwable cause) {
        super(message, cause);
    }
}
