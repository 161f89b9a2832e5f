package dev.kekkai.audit;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Where decisions are recorded. A decision that cannot be recorded must not take effect. */
public interface AuditTrail {
    /**
     * Records an event; returns when the operating system has it. Safe for many threads; may block on the disk, so never from an event loop.
     *
     * @throws AuditException if it could not be written: the caller then refuses the request
     */
    void record(AuditEvent event) throws AuditException;

    /**
     * Records an event, perhaps in one go with others that come at the same time.
     *
     * @return completes when the operating system has it, and fails with an {@link AuditException} if it could not be written. What hangs on it may
     *     run on the one thread that writes, so it must not block
     */
    default CompletionStage<Void> recordWithOthers(AuditEvent event) {
        try {
            record(event);
            return CompletableFuture.completedStage(null);
        } catch (AuditException e) {
            return CompletableFuture.failedStage(e);
        }
    }
}
