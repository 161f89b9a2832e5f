package dev.kekkai.agent;

import dev.kekkai.dek.Deadline;
import dev.kekkai.dek.DeadlineWatch;
import dev.kekkai.dek.DekException;
import dev.kekkai.dek.DekException.Overloaded;
import dev.kekkai.dek.DekException.TooLate;
import dev.kekkai.dek.DekException.Unavailable;
import dev.kekkai.wire.gateway.v1.Answer;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * All calls on their way, from the first gateway that is tried to the answer. A call whose session ends, or whose gateway cannot do it,
 * goes to the next within its deadline: wraps and unwraps are safe to repeat. While a gateway is only just lost, calls wait for one to
 * come back; once none has served for {@link #HOPE}, they are answered at once.
 */
final class Calls implements SessionEvents {
    /** Calls under way, at most: as many as a gateway takes of one node. */
    static final int MOST = 1024;

    static final Duration HOPE = Duration.ofSeconds(10);

    private final Supplier<GatewayChoice> choice;
    private final DeadlineWatch deadlines;
    private final int most;
    private final AtomicInteger underWay = new AtomicInteger();
    private final Set<RemoteCall<?>> parked = ConcurrentHashMap.newKeySet();
    private final Object change = new Object();

    /**
     * @param choice which gateway next
     * @param most calls under way, at most
     */
    Calls(Supplier<GatewayChoice> choice, DeadlineWatch deadlines, int most) {
        this.choice = choice;
        this.deadlines = deadlines;
        this.most = most;
    }

    /** Begins a call; its outcome comes by the deadline. */
    void begin(RemoteCall<?> call) {
        if (underWay.incrementAndGet() > most) {
            underWay.decrementAndGet();
            call.fail(new Overloaded(most + " calls are under way to the gateways already"));
            return;
        }
        DeadlineWatch.Watched watched = deadlines.begin(call.deadline(), () -> late(call));
        DeadlineWatch.Watched half =
                deadlines.begin(Deadline.in(Duration.ofNanos(call.deadline().remainingNanos() / 2)), () -> hedge(call));
        var unused = call.outcome().whenComplete((result, failure) -> {
            watched.end();
            half.end();
            underWay.decrementAndGet();
            parked.remove(call);
            call.tried().forEach(session -> session.forget(call));
        });
        place(call);
    }

    private void place(RemoteCall<?> call) {
        while (!call.over()) {
            Session next = choice.get().next(call.tried()).orElse(null);
            if (next == null) {
                DekException refusal = call.refusal();
                if (refusal != null) {
                    call.fail(refusal);
                } else if (!choice.get().hopeful(HOPE)) {
                    call.fail(new Unavailable(choice.get().reason()));
                } else {
                    park(call);
                }
                return;
            }
            call.given(next);
            if (next.offer(call) || call.takenBack()) {
                return;
            }
        }
    }

    /**
     * Half of the caller's time is over. A gateway that has said nothing at all since the call began may be cut off without a word, which nobody
     * hears of before the connection's own time is up: so the next one gets the call as well, and first those that come after it.
     */
    private void hedge(RemoteCall<?> call) {
        boolean silent = false;
        for (Session session : call.tried()) {
            silent |= session.silentSince(call);
        }
        Session next = silent ? choice.get().next(call.tried()).orElse(null) : null;
        if (next != null && !call.over()) {
            call.given(next);
            if (!next.offer(call) && !call.takenBack()) {
                place(call);
            }
        }
    }

    /** A session that began to serve between the look for one and this is not to be missed. */
    private void park(RemoteCall<?> call) {
        parked.add(call);
        boolean served = choice.get().next(call.tried()).isPresent();
        if ((served || call.over()) && parked.remove(call)) {
            place(call);
        }
    }

    private void late(RemoteCall<?> call) {
        String why = choice.get().reason();
        call.fail(
                parked.contains(call) && !why.isEmpty()
                        ? new Unavailable(why)
                        : new TooLate("no gateway answered before the caller's deadline"));
    }

    @Override
    public void answered(Session session, RemoteCall<?> call, Answer answer) {
        if (!answer.hasFailure()) {
            call.give(answer);
            return;
        }
        DekException failure = RemoteCall.exception(answer.getFailure());
        if (!RemoteCall.worthAnother(answer.getFailure().getKind())) {
            call.fail(failure);
            return;
        }
        call.couldNot(failure);
        if (!call.takenBack()) {
            place(call);
        }
    }

    @Override
    public void lost(Session session, RemoteCall<?> call) {
        if (!call.takenBack()) {
            place(call);
        }
    }

    @Override
    public void changed(Session session) {
        if (!session.open() && session.heard().isPresent() && !session.refused()) {
            choice.get().lost();
        }
        synchronized (change) {
            change.notifyAll();
        }
        if (!parked.isEmpty() && session.takes()) {
            sessionUp();
        }
    }

    /** A session serves: what was parked goes there. */
    void sessionUp() {
        for (RemoteCall<?> call : List.copyOf(parked)) {
            if (parked.remove(call)) {
                place(call);
            }
        }
    }

    /** Whether some session still works with this certificate. */
    boolean servedWith(Grant grant) {
        return choice.get().servedWith(grant);
    }

    /** Waits until something holds that may come true with a change of a session, or within half a second of another cause. */
    void awaitChange(BooleanSupplier holds) throws InterruptedException {
        synchronized (change) {
            while (!holds.getAsBoolean()) {
                TimeUnit.MILLISECONDS.timedWait(change, 500);
            }
        }
    }
}
