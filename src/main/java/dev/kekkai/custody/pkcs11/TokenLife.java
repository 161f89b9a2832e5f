package dev.kekkai.custody.pkcs11;

import dev.kekkai.custody.CustodyException;
import dev.kekkai.custody.CustodyException.Unavailable;
import dev.kekkai.custody.CustodyState;
import dev.kekkai.custody.pkcs11.LinkState.Down;
import dev.kekkai.custody.pkcs11.LinkState.LoggingIn;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/** Everything that serves from one token and keeps it serving: the link, the workers, the recovery, and the watch over all of them. */
final class TokenLife {
    private static final Duration FIRST_PAUSE = Duration.ofMillis(250);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);
    private static final Duration LONGEST_PAUSE_AFTER_HANG = Duration.ofMinutes(5);
    /** Nobody waits for the calls of a recovery, and C_Initialize of a network HSM takes its time. */
    private static final int RECOVERY_PATIENCE = 6;

    private final Cryptoki cryptoki;
    private final TokenLink link;
    private final StuckThreads stuck;
    private final WorkerPool pool;
    private final Watch watch;
    private final CopyOnWriteArrayList<Runnable> listeners;

    /**
     * @param sessions that work at a time
     * @param stuckAfter how long a thread may be inside the module for one piece of work
     * @param maxStuck how many threads may be written off at a time
     */
    record Bounds(int sessions, Duration stuckAfter, int maxStuck) {}

    private TokenLife(
            Cryptoki cryptoki,
            TokenLink link,
            StuckThreads stuck,
            WorkerPool pool,
            Watch watch,
            CopyOnWriteArrayList<Runnable> listeners) {
        this.cryptoki = cryptoki;
        this.link = link;
        this.stuck = stuck;
        this.pool = pool;
        this.watch = watch;
        this.listeners = listeners;
    }

    /** Logs in to a token that was found, and begins to serve from it. Takes the module over, also if that fails: then it ends at once. */
    static TokenLife begin(
            Cryptoki cryptoki, TokenIdentity token, TokenLogin login, Reopening.Proof proof, Bounds bounds)
            throws CustodyException {
        CopyOnWriteArrayList<Runnable> listeners = new CopyOnWriteArrayList<>();
        StuckThreads stuck = new StuckThreads(bounds.maxStuck());
        TokenLink link = new TokenLink(token, stuck, () -> listeners.forEach(Runnable::run));
        WorkerPool pool = new WorkerPool(link, cryptoki, stuck, bounds.sessions(), bounds.stuckAfter());
        listeners.add(pool::failWaitingIfRefused);
        SecureRandom random = new SecureRandom();
        Recovery.Pace pace = new Recovery.Pace(
                bounds.stuckAfter().multipliedBy(RECOVERY_PATIENCE),
                bounds.stuckAfter().multipliedBy(2),
                new Backoff(FIRST_PAUSE, LONGEST_PAUSE, random),
                new Backoff(bounds.stuckAfter(), LONGEST_PAUSE_AFTER_HANG, random));
        Watch watch = new Watch(
                link,
                pool,
                stuck,
                bounds.stuckAfter(),
                () -> new Recovery(link, cryptoki, stuck, new Reopening(cryptoki, token, login, proof), pace));
        TokenLife life = new TokenLife(cryptoki, link, stuck, pool, watch, listeners);
        watch.start();
        boolean begun = false;
        try {
            link.awaitUp();
            begun = true;
            return life;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Unavailable("interrupted while opening token '" + token.label() + "'", e);
        } finally {
            if (!begun) {
                life.end();
            }
        }
    }

    void onChange(Runnable listener) {
        listeners.add(listener);
    }

    TokenIdentity token() {
        return link.token();
    }

    SessionWorkers workers() {
        return pool;
    }

    Optional<String> hopeless() {
        return stuck.hopeless();
    }

    CustodyState state() {
        LinkState now = link.state();
        CustodyState.Link shown =
                switch (now) {
                    case LinkState.Up up -> CustodyState.Link.UP;
                    case LoggingIn in -> CustodyState.Link.LOGGING_IN;
                    case Down down -> CustodyState.Link.DOWN;
                    case LinkState.Closed closed -> CustodyState.Link.DOWN;
                };
        return new CustodyState(
                shown,
                switch (now) {
                    case Down down -> down.reason();
                    case LoggingIn in -> in.why();
                    default -> "";
                },
                now instanceof Down down ? Duration.between(down.since(), Instant.now()) : Duration.ZERO,
                pool.sessions(),
                pool.sessionsOpen(),
                stuck.now(),
                stuck.most());
    }

    /** Ends all threads, and finalises the module unless one of them is still inside: the process ends without that. */
    void end() {
        link.close();
        pool.close();
        watch.close();
        if (stuck.now() == 0 && pool.empty() && watch.empty()) {
            cryptoki.close();
        }
    }
}
