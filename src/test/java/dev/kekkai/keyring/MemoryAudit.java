package dev.kekkai.keyring;

import dev.kekkai.audit.AuditEvent;
import dev.kekkai.audit.AuditException;
import dev.kekkai.audit.AuditTrail;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;

/** An audit trail in memory, with a disk that can be full. */
final class MemoryAudit implements AuditTrail {
    private final List<AuditEvent> events = new CopyOnWriteArrayList<>();
    private volatile boolean full;
    private volatile Runnable whenRecorded = () -> {};
    private volatile CompletableFuture<Void> disk = CompletableFuture.completedFuture(null);

    void diskFull(boolean now) {
        full = now;
    }

    /** Runs inside each {@link #record}. */
    void whenRecorded(Runnable observer) {
        whenRecorded = observer;
    }

    /** From now on what is recorded with others waits for this. */
    CompletableFuture<Void> hold() {
        disk = new CompletableFuture<>();
        return disk;
    }

    List<AuditEvent> events() {
        return events;
    }

    AuditEvent last() {
        return events.getLast();
    }

    @Override
    public void record(AuditEvent event) throws AuditException {
        whenRecorded.run();
        if (full) {
            throw new AuditException("no space left on device", new IOException());
        }
        events.add(event);
    }

    @Override
    public CompletionStage<Void> recordWithOthers(AuditEvent event) {
        return disk.thenCompose(ready -> AuditTrail.super.recordWithOthers(event));
    }
}
