package dev.kekkai.custody.pkcs11;

import dev.kekkai.custody.CustodyException;
import dev.kekkai.custody.CustodyException.KeyMissing;
import dev.kekkai.custody.CustodyException.Unavailable;
import iaik.pkcs.pkcs11.wrapper.PKCS11Exception;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One thread with one session, which takes each job up the failure ladder: once more in a new session, once more after a login, and no
 * further. What it finds out about the token it tells the {@link TokenLink}.
 */
final class Worker implements Runnable {
    private final WorkerPool pool;
    private final TokenLink link;
    private final Cryptoki cryptoki;
    private final Duration stuckAfter;
    private final Presence presence = new Presence();
    private final Desk desk;
    private volatile @Nullable Visit visit;
    private volatile boolean climbing;

    /** What the watch needs to know of a thread that does not come out. */
    record Visit(Job<?> job, Link link) {}

    Worker(WorkerPool pool, TokenLink link, Cryptoki cryptoki, Duration stuckAfter) {
        this.pool = pool;
        this.link = link;
        this.cryptoki = cryptoki;
        this.stuckAfter = stuckAfter;
        this.desk = new Desk(cryptoki, link);
    }

    Presence presence() {
        return presence;
    }

    @Nullable
    Visit visit() {
        return visit;
    }

    boolean hasSession() {
        return desk.taken();
    }

    /** Whether it is on its way up the ladder with a job, and may have a session soon though it has none now. */
    boolean climbing() {
        return climbing;
    }

    @Override
    public void run() {
        try {
            for (Job<?> job = pool.next(); job != null && !presence.writtenOff(); job = pool.next()) {
                climbing = true;
                climb(job);
                climbing = false;
                if (presence.writtenOff()) {
                    return;
                }
            }
            desk.drop();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            pool.ended(this);
        }
    }

    private void climb(Job<?> job) throws InterruptedException {
        Set<Rung> climbed = EnumSet.noneOf(Rung.class);
        boolean again = true;
        while (again && !job.over()) {
            Link in;
            try {
                in = link.enter();
            } catch (Unavailable refused) {
                job.fail(refused);
                return;
            }
            if (job.over()) {
                link.leave();
                return;
            }
            visit = new Visit(job, in);
            presence.enter(stuckAfter);
            Outcome outcome = attempt(job, in, climbed);
            if (!presence.leave()) {
                desk.drop();
                outcome.settle().run();
                return;
            }
            visit = null;
            link.leave();
            again = outcome.again();
            climbing = again;
            outcome.settle().run();
        }
    }

    /** How an attempt ended, and what is to be done about it outside the module. */
    private record Outcome(boolean again, Runnable settle) {
        static Outcome over(Runnable settle) {
            return new Outcome(false, settle);
        }
    }

    private Outcome attempt(Job<?> job, Link in, Set<Rung> climbed) {
        try {
            job.run(desk, in);
            link.succeeded();
            return Outcome.over(job::give);
        } catch (PKCS11Exception e) {
            return fallen(job, in, climbed, Ckr.rung(e), new Unavailable("the HSM answered " + Ckr.name(e), e));
        } catch (Unavailable e) {
            Rung rung = e.getCause() instanceof PKCS11Exception code ? Ckr.rung(code) : Rung.UNCLEAR;
            return fallen(job, in, climbed, rung, e);
        } catch (KeyMissing e) {
            return missing(job, in, e);
        } catch (CustodyException e) {
            link.succeeded();
            return Outcome.over(() -> job.fail(e));
        } catch (RuntimeException | Error e) {
            desk.drop();
            return Outcome.over(() -> job.fail(e));
        }
    }

    /** What a failure of the token, or of the way to it, leads to. The session is given up in any case. */
    private Outcome fallen(Job<?> job, Link in, Set<Rung> climbed, Rung rung, Unavailable failure) {
        boolean hadSession = desk.taken();
        desk.drop();
        String why = String.valueOf(failure.getMessage());
        boolean mayTryAgain = climbed.add(rung) && job.repeatable();
        Unavailable told = job.repeatable() ? failure : halfDone(failure);
        Outcome unclear = Outcome.over(() -> {
            link.unclear(in, why);
            job.fail(told);
        });
        return switch (rung) {
            case SESSION_LOST -> mayTryAgain ? new Outcome(true, () -> {}) : unclear;
            case LOGIN_LOST -> mayTryAgain ? new Outcome(true, () -> link.loginLost(in)) : unclear;
            case NO_SESSION_FREE -> {
                if (hadSession && mayTryAgain) {
                    yield new Outcome(true, () -> {});
                }
                yield Outcome.over(() -> {
                    if (pool.leaveToOthers(this, job)) {
                        pool.rest();
                    } else {
                        unclear.settle().run();
                    }
                });
            }
            case TOKEN_GONE ->
                Outcome.over(() -> {
                    link.gone(in, why);
                    job.fail(told);
                });
            case OF_THE_CALL ->
                Outcome.over(() -> {
                    link.succeeded();
                    job.fail(told);
                });
            case UNCLEAR -> unclear;
        };
    }

    private static Unavailable halfDone(Unavailable failure) {
        return new Unavailable(
                failure.getMessage()
                        + ", and what it was asked for may have been done or not: look before you repeat it",
                failure);
    }

    /** That a key is missing is believed only of a token that still says who it is. */
    private Outcome missing(Job<?> job, Link in, KeyMissing e) {
        if (cryptoki.shows(in.token())) {
            link.succeeded();
            return Outcome.over(() -> job.fail(e));
        }
        String why = "the token does not say who it is any more, and its keys cannot be seen";
        desk.drop();
        return Outcome.over(() -> {
            link.gone(in, why);
            job.fail(new Unavailable(why, e));
        });
    }
}
