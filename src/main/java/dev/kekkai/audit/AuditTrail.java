package dev.kekkai.audit;

/** Where decisions are recorded. A decision that cannot be recorded must not take effect. */
public interface AuditTrail {
    /**
     * Records an event; returns when the operating system has it. Safe for many threads; may block on the disk, so never from an event loop.
     *
     * @throws AuditException if it could not be written: the caller then refuses the request
     */
    void record(AuditEvent event) throws AuditException;
}
