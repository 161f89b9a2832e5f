package dev.kekkai.batching;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The wraps that wait for one KEK version, and its lanes. Guarded by the lock of {@link Dispatch}. */
final class WrapQueue implements Line.Queue {
    private final Line line;
    private final Capacity capacity;
    private final Workshop workshop;
    private final Deque<Wrap> waiting = new ArrayDeque<>();
    private int busy;

    WrapQueue(Line line, Capacity capacity, Workshop workshop) {
        this.line = line;
        this.capacity = capacity;
        this.workshop = workshop;
    }

    /** Lets a wrap wait; answers whether there was room. */
    boolean add(Wrap wrap) {
        return line.enter(shares(wrap)) && waiting.add(wrap);
    }

    private boolean shares(Wrap wrap) {
        return capacity.max() > 1 && wrap.fitsBatch();
    }

    /** A free lane takes all that waits, up to the bound and in the order in which it came. */
    @Override
    public @Nullable Operation take() {
        if (busy == capacity.lanes()) {
            return null;
        }
        List<Wrap> taken = new ArrayList<>(Math.min(waiting.size(), capacity.max()));
        while (!waiting.isEmpty() && taken.size() < capacity.max()) {
            Wrap first = waiting.element();
            boolean shares = shares(first);
            if (!shares && !taken.isEmpty()) {
                break;
            }
            waiting.remove();
            line.leave(shares);
            if (!first.isDone()) {
                taken.add(first);
                if (!shares) {
                    break;
                }
            }
        }
        if (taken.isEmpty()) {
            return null;
        }
        busy++;
        return new Sealing(taken, workshop, this);
    }

    void freeLane() {
        busy--;
    }

    @Override
    public void purge() {
        waiting.removeIf(wrap -> {
            boolean done = wrap.isDone();
            if (done) {
                line.leave(shares(wrap));
            }
            return done;
        });
    }

    @Override
    public List<Runnable> clear(Throwable reason) {
        List<Runnable> failures = new ArrayList<>();
        for (Wrap wrap : waiting) {
            line.leave(shares(wrap));
            failures.add(() -> wrap.completeExceptionally(reason));
        }
        waiting.clear();
        return failures;
    }
}
