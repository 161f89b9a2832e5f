package dev.kekkai.agent;

import dev.kekkai.attestation.ProtocolVersion;
import dev.kekkai.config.KekkaiConfig.Gateway;
import dev.kekkai.dek.Deadline;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The way to one gateway, on a thread of its own: keeps a {@link Session} there with the certificate of the moment. A new certificate gets
 * a new connection, and only when that one serves is the old one left to end what is under way.
 */
final class GatewayLink implements Runnable {
    private static final Logger LOG = Logger.getLogger(GatewayLink.class);
    private static final Duration CONNECT = Duration.ofSeconds(10);
    private static final Duration DRAIN = Duration.ofSeconds(15);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

    private final Gateway gateway;
    private final Network network;
    private final Standing standing;
    private final Told told;
    private final Calls calls;
    private final ScheduledExecutorService timer;
    private final NodeClock clock;
    private final ProtocolVersion protocol;
    private final Backoff backoff = new Backoff(FIRST_PAUSE, LONGEST_PAUSE);
    private volatile @Nullable Session session;
    private volatile String problem = "not connected yet";

    /**
     * @param calls told of what happens on sessions
     * @param timer cuts off what does not drain
     * @param protocol what this agent speaks
     */
    GatewayLink(
            Gateway gateway,
            Network network,
            Standing standing,
            Told told,
            Calls calls,
            ScheduledExecutorService timer,
            NodeClock clock,
            ProtocolVersion protocol) {
        this.gateway = gateway;
        this.network = network;
        this.standing = standing;
        this.told = told;
        this.calls = calls;
        this.timer = timer;
        this.clock = clock;
        this.protocol = protocol;
    }

    Gateway gateway() {
        return gateway;
    }

    /** The session in use, if there is one; it may have ended a moment ago. */
    Optional<Session> session() {
        return Optional.ofNullable(session);
    }

    /** Why it is not to be asked for anything; empty if it is. */
    String problem() {
        Session now = session;
        if (now == null || !now.open()) {
            return problem;
        }
        return now.heard()
                .map(heard -> {
                    if (heard.update().getDraining()) {
                        return "it is about to end";
                    }
                    String behind = told.behind(heard.update()).orElse("");
                    return behind.isEmpty() && !heard.update().getHealthy()
                            ? heard.update().getReason()
                            : behind;
                })
                .orElse("no status yet");
    }

    /** What it last told, while the connection lasts. */
    private Optional<Session.Heard> heard() {
        return session().filter(Session::open).flatMap(Session::heard);
    }

    /** How it does, for an operator. */
    UplinkReport.Link report(boolean preferred) {
        return new UplinkReport.Link(
                gateway.toString(),
                problem(),
                preferred,
                session().filter(Session::open).map(Session::latency).orElse(Duration.ZERO),
                heard().map(heard -> heard.update().getProtocol()).orElse(0),
                heard().flatMap(clock::behind).orElse(Duration.ZERO));
    }

    @Override
    public void run() {
        try {
            while (!Thread.currentThread().isInterrupted()) {
                Grant grant = standing.await();
                try {
                    if (connect(grant)) {
                        hold(grant);
                    } else {
                        standing.stays(grant, Deadline.in(backoff.pause()));
                    }
                } catch (RuntimeException e) {
                    unforeseen(e);
                    standing.stays(grant, Deadline.in(backoff.pause()));
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            session().ifPresent(Session::close);
        }
    }

    private boolean connect(Grant grant) throws InterruptedException {
        Session next = Session.open(
                gateway, grant, network.toServe(gateway, grant.chain()), told, calls, protocol, Calls.MOST);
        boolean serves = false;
        try {
            serves =
                    next.begins(CONNECT) && !next.heard().orElseThrow().update().getDraining();
        } finally {
            if (!serves) {
                next.close();
            }
        }
        if (!serves) {
            failed(next, "cannot be used");
            return false;
        }
        Session old = session;
        session = next;
        backoff.reset();
        LOG.infof(
                "gateway %s: connected, a round trip takes %d us",
                gateway, TimeUnit.NANOSECONDS.toMicros(next.latency().toNanos()));
        next.heard().flatMap(clock::gap).ifPresent(gap -> LOG.warnf("gateway %s: %s", gateway, gap));
        if (old != null) {
            leave(old);
        }
        calls.sessionUp();
        return true;
    }

    /** Until the session ends, drains, or another certificate is to be shown. */
    private void hold(Grant grant) throws InterruptedException {
        Session held = session;
        if (held == null) {
            return;
        }
        calls.awaitChange(() -> !held.takes() || !standing.holds(grant));
        if (!held.open()) {
            failed(held, "was lost");
            standing.stays(grant, Deadline.in(backoff.pause()));
        } else if (!held.takes()) {
            problem = "it is about to end";
            LOG.infof("gateway %s is about to end: no more calls go there", gateway);
            leave(held);
            standing.stays(grant, Deadline.in(backoff.pause()));
        }
    }

    /** Costs this attempt, and not the way to the gateway for good. */
    private void unforeseen(RuntimeException failure) {
        String why = "not foreseen: " + failure;
        if (!why.equals(problem)) {
            LOG.errorf(failure, "gateway %s: a failure that was not foreseen", gateway);
        }
        problem = why;
    }

    private void leave(Session old) {
        old.retire();
        var unused = timer.schedule(old::close, DRAIN.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void failed(Session ended, String what) {
        String why = ended.open() ? "it is about to end" : ended.problem();
        if (!why.equals(problem)) {
            LOG.warnf("gateway %s %s: %s", gateway, what, why);
        }
        problem = why;
        if (ended.refused() && !calls.servedWith(ended.grant())) {
            standing.refused(ended.grant(), "gateway " + gateway + " takes this node no more: " + why);
        }
    }
}
