package dev.kekkai.batching;

import dev.kekkai.custody.Kek;
import dev.kekkai.envelope.Envelope;
import dev.kekkai.secret.Secret;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The opens that wait for one keyring, and the flights of boxes that are waiting or under way. Guarded by the lock of {@link Dispatch}. */
final class OpenQueue implements Line.Queue {
    private final Line line;
    private final Workshop workshop;
    private final Deque<Waiting> waiting = new ArrayDeque<>();
    private final Map<BoxId, Flight> flights = new HashMap<>();

    OpenQueue(Line line, Workshop workshop) {
        this.line = line;
        this.workshop = workshop;
    }

    /** An open that waits for its turn. */
    interface Waiting extends Operation {
        /** Whether nobody waits for it any more. */
        boolean unwanted();
    }

    /** Lets an open wait; answers whether there was room. */
    boolean add(Kek kek, Envelope.Single envelope, Pending<Secret> answer) {
        return line.enter(false) && waiting.add(new Opening(kek, envelope, answer, workshop));
    }

    /** Lets an open join the flight of its box, or begin one; answers whether there was room. */
    boolean join(Kek kek, BoxId id, Joined joined) {
        if (flights.containsKey(id)) {
            if (!line.enter(true)) {
                return false;
            }
            // Looked up only now: to make room, entering may have closed a flight that nobody wants any more.
            Flight flight = flights.get(id);
            if (flight != null) {
                return flight.add(joined);
            }
            line.leave(true);
        }
        if (!line.enter(false)) {
            return false;
        }
        Flight first = new Flight(kek, id, joined, this, workshop);
        flights.put(id, first);
        return waiting.add(first);
    }

    /** From now on who wants this box begins another flight. */
    void forget(Flight flight, int joinedLater) {
        flights.remove(flight.id(), flight);
        for (int i = 0; i < joinedLater; i++) {
            line.leave(true);
        }
    }

    @Override
    public @Nullable Operation take() {
        Waiting next = waiting.poll();
        if (next != null) {
            line.leave(false);
        }
        return next;
    }

    @Override
    public void purge() {
        waiting.removeIf(open -> {
            boolean unwanted = open.unwanted();
            if (unwanted) {
                line.leave(false);
            }
            return unwanted;
        });
    }

    @Override
    public List<Runnable> clear(Throwable reason) {
        List<Runnable> failures = new ArrayList<>();
        for (Waiting open : waiting) {
            line.leave(false);
            open.release();
            failures.add(() -> open.fail(reason));
        }
        waiting.clear();
        return failures;
    }
}
