package dev.kekkai.audit.file;

import dev.kekkai.audit.AuditEvent;
import dev.kekkai.audit.AuditException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A thread that takes all records that wait and has them written in one go, so that a storm of requests does not cost a {@code write(2)} each.
 * No timer: what comes while a group is being written is the next one.
 */
final class GroupWriter implements AutoCloseable {
    /** Records of one group: of usual length they are 48 KiB. */
    static final int MOST = 128;

    private static final int MOST_WAITING = 4096;
    private static final long END_MILLIS = 5_000;

    private final Group group;
    private final BlockingQueue<Waiting> queue = new ArrayBlockingQueue<>(MOST_WAITING);
    private final Thread thread;
    private final AtomicBoolean begun = new AtomicBoolean();
    private volatile boolean closed;

    /** Writes all of several records, or fails. */
    @FunctionalInterface
    interface Group {
        void write(List<AuditEvent> events) throws AuditException;
    }

    private record Waiting(AuditEvent event, CompletableFuture<Void> written) {}

    GroupWriter(Group group) {
        this.group = group;
        this.thread = Thread.ofPlatform().daemon().name("kekkai-audit").unstarted(this::work);
    }

    /** Lets a record wait for the next group; answers false if the caller must write it, because too many wait or this is closed. */
    boolean offer(AuditEvent event, CompletableFuture<Void> written) {
        if (closed || !queue.offer(new Waiting(event, written))) {
            return false;
        }
        if (!begun.get() && begun.compareAndSet(false, true)) {
            thread.start();
        }
        if (closed) {
            writeWaiting(); // it may have come after the thread's last look
        }
        return true;
    }

    private void work() {
        List<Waiting> taken = new ArrayList<>(MOST);
        try {
            while (!closed) {
                taken.add(queue.take());
                queue.drainTo(taken, MOST - 1);
                write(taken);
                taken.clear();
            }
        } catch (InterruptedException e) {
            closed = true; // only close() interrupts
        }
    }

    private void writeWaiting() {
        List<Waiting> taken = new ArrayList<>(MOST);
        while (queue.drainTo(taken, MOST) > 0) {
            write(taken);
            taken.clear();
        }
    }

    private void write(List<Waiting> taken) {
        try {
            group.write(taken.stream().map(Waiting::event).toList());
        } catch (AuditException | RuntimeException | Error e) {
            taken.forEach(waiting -> waiting.written.completeExceptionally(e));
            return;
        }
        taken.forEach(waiting -> waiting.written.complete(null));
    }

    /** Ends the thread and writes what waits. */
    @Override
    public void close() {
        closed = true;
        try {
            if (!begun.compareAndSet(false, true)) {
                thread.interrupt();
                thread.join(END_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        writeWaiting();
    }
}
