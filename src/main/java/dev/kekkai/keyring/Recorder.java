package dev.kekkai.keyring;

import dev.kekkai.audit.AuditEvent;
import dev.kekkai.audit.AuditException;
import dev.kekkai.audit.AuditTrail;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Has the audit trail record how requests ended: who is alone at once and on the thread at hand, because waking another one would cost more
 * than the record; who is one of many in one go with others.
 */
final class Recorder {
    private final AuditTrail audit;
    private final AtomicInteger underWay = new AtomicInteger();

    Recorder(AuditTrail audit) {
        this.audit = audit;
    }

    /** A request begins; {@link #record} or {@link #forget} ends it. */
    void begin() {
        underWay.incrementAndGet();
    }

    /** A request ends that nothing is to be recorded of. */
    void forget() {
        underWay.decrementAndGet();
    }

    /**
     * A request ends.
     *
     * @return completes when it is recorded, and fails with an {@link AuditException} if it cannot be
     */
    CompletionStage<Void> record(AuditEvent event) {
        try {
            if (underWay.decrementAndGet() > 0) {
                return audit.recordWithOthers(event);
            }
            audit.record(event);
            return CompletableFuture.completedStage(null);
        } catch (AuditException | RuntimeException e) {
            return CompletableFuture.failedStage(e);
        }
    }
}
