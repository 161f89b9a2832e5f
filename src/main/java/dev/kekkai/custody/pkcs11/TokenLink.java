package dev.kekkai.custody.pkcs11;

import dev.kekkai.custody.CustodyException;
import dev.kekkai.custody.CustodyException.Unavailable;
import dev.kekkai.custody.pkcs11.LinkState.Closed;
import dev.kekkai.custody.pkcs11.LinkState.Down;
import dev.kekkai.custody.pkcs11.LinkState.LoggingIn;
import dev.kekkai.custody.pkcs11.LinkState.Up;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The way to the token, with a breaker in it. Threads ask to be let in for each piece of work and say what they found; {@link Recovery} puts it
 * up again. Reports about a {@link Link} that is no longer the current one are old news and change nothing, so that a hundred threads that meet
 * one failure cause one recovery.
 */
final class TokenLink {
    private static final Logger LOG = Logger.getLogger(TokenLink.class);
    private static final int MOST_UNCLEAR = 5;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Strikes strikes = new Strikes(MOST_UNCLEAR);
    private final StuckThreads stuck;
    private final Runnable listener;
    private volatile LinkState state = new LoggingIn("starting");
    private volatile long lastSuccess = System.nanoTime();
    private volatile TokenIdentity token;
    /** Somebody had an answer that made sense since the link is up. */
    private volatile boolean served;

    private long generation;
    private int inside;
    private boolean hint;
    /** After a hang one thread goes in alone, and the others when it has come out. */
    private volatile boolean trial;

    /** A link that is being put up; the listener is called after each change, by the thread that made it, and must not block. */
    TokenLink(TokenIdentity token, StuckThreads stuck, Runnable listener) {
        this.token = token;
        this.stuck = stuck;
        this.listener = listener;
    }

    /** The token as it was when it was last logged in to. */
    TokenIdentity token() {
        return token;
    }

    LinkState state() {
        return state;
    }

    /** Lets the calling thread in, which must {@link #leave} again. Waits while a login is under way, and after a hang for the first who went in. */
    Link enter() throws Unavailable, InterruptedException {
        lock.lockInterruptibly();
        try {
            while (state instanceof LoggingIn || (state instanceof Up && inside > 0 && oneAtATime())) {
                changed.await();
            }
            if (state instanceof Up up) {
                inside++;
                return up.link();
            }
            throw refusal(state);
        } finally {
            lock.unlock();
        }
    }

    /** After a hang, and when a hang of all who are inside would be more than may be. */
    private boolean oneAtATime() {
        return trial || inside + stuck.now() >= stuck.most();
    }

    /** Says that a thread is out, or is written off and no longer counted among those who may come out any moment. */
    void leave() {
        change(() -> inside--);
    }

    /** Why nobody is let in, or null if that is not so. */
    @Nullable
    Unavailable refusal() {
        LinkState now = state;
        return now instanceof Down || now instanceof Closed ? refusal(now) : null;
    }

    private static Unavailable refusal(LinkState state) {
        return new Unavailable(
                state instanceof Down down
                        ? "the HSM is out of reach since " + down.since() + ": " + down.reason()
                        : "the HSM sessions are closed: this process is stopping");
    }

    /** Somebody had an answer from the token that made sense. */
    void succeeded() {
        lastSuccess = System.nanoTime();
        served = true;
        strikes.success();
        if (trial) {
            change(() -> trial = false);
        }
    }

    /** Whether the link, since it was last put up, was of use to anybody. */
    boolean served() {
        return served;
    }

    /** A session of this link is not logged in. */
    void loginLost(Link of) {
        change(() -> {
            if (current(of)) {
                LOG.warnf(
                        "token '%s' has logged this process out: logging in again",
                        of.token().label());
                state = new LoggingIn("the token has logged this process out");
            }
        });
    }

    /** The token or the module is gone, as far as a session of this link can tell. */
    void gone(Link of, String why) {
        down(of, why, false);
    }

    private void down(Link of, String why, boolean hung) {
        change(() -> {
            if (current(of)) {
                LOG.warnf(
                        "token '%s' is out of reach (%s): requests are refused until it is back",
                        of.token().label(), why);
                trial = trial || hung;
                state = new Down(why, new Unavailable(why), Instant.now(), hung);
            }
        });
    }

    /** A failure of which the code does not tell what it means. */
    void unclear(Link of, String why) {
        if (strikes.failure()) {
            gone(of, MOST_UNCLEAR + " failures in a row, the last one " + why);
        }
    }

    /** A thread that went in at a moment does not come out. If nobody else had an answer since, no more are sent after it. */
    void hung(Link of, long sinceNanos, String why) {
        if (lastSuccess - sinceNanos < 0) {
            down(of, why, true);
        }
    }

    /** Whether the link is up and still this one: then nobody has logged in since, for logins are made only while it is not up. */
    boolean current(Link of) {
        return state instanceof Up up && up.link().generation() == of.generation();
    }

    /** Waits for something to mend, or for the end. */
    LinkState awaitTrouble() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (state instanceof Up) {
                changed.await();
            }
            hint = false;
            return state;
        } finally {
            lock.unlock();
        }
    }

    /** Waits before the next attempt; shorter if somebody knows that things have changed. */
    void pause(Duration most) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long left = most.toNanos();
            while (left > 0 && !hint && !(state instanceof Closed)) {
                left = changed.awaitNanos(left);
            }
            hint = false;
        } finally {
            lock.unlock();
        }
    }

    /** Says that an attempt may be worth while now. */
    void tryNow() {
        change(() -> hint = true);
    }

    /** Waits until every thread that was let in is out or written off; answers whether that came to pass. */
    boolean awaitEmpty(Duration most) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long left = most.toNanos();
            while (inside > 0 && left > 0) {
                left = changed.awaitNanos(left);
            }
            return inside == 0;
        } finally {
            lock.unlock();
        }
    }

    /** The token is there, logged in, and proved to be the same. */
    void up(TokenIdentity found, long initialisation) {
        change(() -> {
            if (!(state instanceof Closed)) {
                token = found;
                served = false;
                lastSuccess = System.nanoTime();
                strikes.success();
                state = new Up(new Link(++generation, initialisation, found));
            }
        });
    }

    /** An attempt failed. */
    void stillDown(CustodyException latest) {
        stillDown(latest, false);
    }

    /** An attempt does not come to an end. */
    void recoveryHung(CustodyException latest) {
        stillDown(latest, true);
    }

    private void stillDown(CustodyException latest, boolean hung) {
        change(() -> {
            switch (state) {
                case LoggingIn in -> {
                    LOG.warnf("%s, and it cannot log in: %s", in.why(), latest.getMessage());
                    state = new Down(in.why(), latest, Instant.now(), hung);
                }
                case Down down -> state = new Down(down.cause(), latest, down.since(), down.hung() || hung);
                case Up up -> {}
                case Closed closed -> {}
            }
        });
    }

    /** Waits for the first {@link Up}; throws why there is none. */
    void awaitUp() throws CustodyException, InterruptedException {
        lock.lockInterruptibly();
        try {
            while (state instanceof LoggingIn) {
                changed.await();
            }
            if (state instanceof Down down) {
                throw down.latest();
            }
        } finally {
            lock.unlock();
        }
    }

    void close() {
        change(() -> state = new Closed());
    }

    private void change(Runnable step) {
        LinkState before;
        LinkState after;
        lock.lock();
        try {
            before = state;
            step.run();
            after = state;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        if (before != after) {
            listener.run();
        }
    }
}
