package dev.kekkai.batching;

import dev.kekkai.id.VersionId;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What waits for one keyring: the wraps of each of its versions, and its opens, which take turns. Guarded by the lock of {@link Dispatch}. */
final class Line {
    private final Capacity capacity;
    private final Workshop workshop;
    private final Room overall;
    private final Room own;
    private final Map<VersionId, WrapQueue> wraps = new HashMap<>();
    private final OpenQueue opens;
    private final Deque<Queue> turns = new ArrayDeque<>();

    Line(Capacity capacity, Room overall, Workshop workshop) {
        this.capacity = capacity;
        this.workshop = workshop;
        this.overall = overall;
        this.own = new Room(capacity.alone(), capacity.together());
        this.opens = new OpenQueue(this, workshop);
        turns.add(opens);
    }

    /** One kind of waiting requests. */
    interface Queue {
        /** The next operation, if one waits and may begin. */
        @Nullable
        Operation take();

        /** Forgets what nobody waits for any more. */
        void purge();

        /** Lets nothing wait any longer; answers with what tells them so, to be run without the lock. */
        List<Runnable> clear(Throwable reason);
    }

    /** Lets a request in, if there is room here and overall; what nobody waits for any more makes room first. */
    boolean enter(boolean shares) {
        if (!hasRoom(shares)) {
            turns.forEach(Queue::purge);
        }
        boolean room = hasRoom(shares);
        if (room) {
            if (countsOverall(shares)) {
                overall.enter(shares);
            }
            own.enter(shares);
        }
        return room;
    }

    private boolean hasRoom(boolean shares) {
        return own.has(shares) && (!countsOverall(shares) || overall.has(shares));
    }

    /** Whether the next one that enters counts overall, or the one that has just left did: all but those that each keyring has room for itself. */
    private boolean countsOverall(boolean shares) {
        return own.waiting(shares) >= capacity.reserved(shares);
    }

    void leave(boolean shared) {
        own.leave(shared);
        if (countsOverall(shared)) {
            overall.leave(shared);
        }
    }

    WrapQueue wraps(VersionId version) {
        WrapQueue known = wraps.get(version);
        if (known == null) {
            known = new WrapQueue(this, capacity, workshop);
            wraps.put(version, known);
            turns.addFirst(known);
        }
        return known;
    }

    OpenQueue opens() {
        return opens;
    }

    /** The next operation of this keyring; the queue that gave it goes to the end. */
    @Nullable
    Operation take() {
        for (int i = turns.size(); i > 0; i--) {
            Queue first = turns.remove();
            turns.add(first);
            Operation next = first.take();
            if (next != null) {
                return next;
            }
        }
        return null;
    }

    List<Runnable> clear(Throwable reason) {
        return turns.stream().flatMap(queue -> queue.clear(reason).stream()).toList();
    }

    @Override
    public String toString() {
        return own.toString();
    }
}
