package dev.kekkai.batching;

import dev.kekkai.dek.DekException;
import dev.kekkai.dek.DekException.Overloaded;
import dev.kekkai.dek.DekException.Unavailable;
import dev.kekkai.id.Lineage;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Gives the custodian's operations to those who wait, keyring by keyring in turn, never more at once than the custodian works on.
 *
 * <p>Under its lock only queues are looked at. Whoever brings a request, or completes an operation, begins what can be begun then, on its
 * own thread; so a lone request is on its way without another thread having been woken.
 */
final class Dispatch {
    private final Capacity capacity;
    private final Workshop workshop;
    private final ReentrantLock lock;
    private final Room overall;
    private final Map<Lineage, Line> lines = new HashMap<>();
    private final Deque<Line> turns = new ArrayDeque<>();
    private int free;
    private boolean closed;

    Dispatch(Capacity capacity, Workshop workshop) {
        this.capacity = capacity;
        this.workshop = workshop;
        this.lock = workshop.lock();
        this.overall = new Room(capacity.aloneOverall(), capacity.togetherOverall());
        this.free = capacity.operations();
    }

    /**
     * Lets a request wait in its keyring's line and begins what can be begun; refuses it at once if there is no room.
     *
     * @param entry puts it into a queue of the line, or answers that there is no room
     */
    void submit(Lineage keyring, Pending<?> request, Predicate<Line> entry) {
        DekException refusal = null;
        lock.lock();
        try {
            if (closed) {
                refusal = stopping();
            } else {
                Line line = line(keyring);
                if (!entry.test(line)) {
                    refusal = new Overloaded("too much waits for the HSM: of this keyring " + line + ", overall "
                            + overall + "; try again later");
                }
            }
        } finally {
            lock.unlock();
        }
        if (refusal == null) {
            begin();
        } else {
            request.completeExceptionally(refusal);
        }
    }

    private Line line(Lineage keyring) {
        Line known = lines.get(keyring);
        if (known == null) {
            known = new Line(capacity, overall, workshop);
            lines.put(keyring, known);
            turns.addFirst(known);
        }
        return known;
    }

    /** Begins operations until none can be begun. */
    private void begin() {
        for (Operation next = next(); next != null; next = next()) {
            Operation operation = next;
            CompletableFuture<?> stage = begun(operation);
            if (stage.isDone()) {
                // Ended in this loop: ending it where it is completed would go one frame deeper for each one that fails
                // at once.
                release(operation);
                operation.end();
            } else {
                CompletableFuture<?> unused = stage.whenComplete((result, failure) -> {
                    release(operation);
                    // First the custodian is given work again, then callers are answered.
                    begin();
                    operation.end();
                });
            }
        }
    }

    /** An operation that cannot even be begun must not keep its lane and its turn for ever. */
    private static CompletableFuture<?> begun(Operation operation) {
        try {
            return operation.begin();
        } catch (RuntimeException | Error e) {
            operation.fail(e);
            return CompletableFuture.completedFuture(null);
        }
    }

    private @Nullable Operation next() {
        lock.lock();
        try {
            for (int i = free > 0 ? turns.size() : 0; i > 0; i--) {
                Line first = turns.remove();
                turns.add(first);
                Operation next = first.take();
                if (next != null) {
                    free--;
                    return next;
                }
            }
            return null;
        } finally {
            lock.unlock();
        }
    }

    private void release(Operation operation) {
        lock.lock();
        try {
            free++;
            operation.release();
        } finally {
            lock.unlock();
        }
    }

    /** Fails what waits and refuses what comes. What is under way is the custodian's to end. */
    void close() {
        List<Runnable> failures;
        lock.lock();
        try {
            closed = true;
            failures = lines.values().stream()
                    .flatMap(line -> line.clear(stopping()).stream())
                    .toList();
        } finally {
            lock.unlock();
        }
        failures.forEach(Runnable::run);
    }

    private static Unavailable stopping() {
        return new Unavailable("this process is stopping");
    }
}
