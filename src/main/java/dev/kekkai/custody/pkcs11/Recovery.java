package dev.kekkai.custody.pkcs11;

import dev.kekkai.custody.CustodyException;
import dev.kekkai.custody.CustodyException.Unavailable;
import dev.kekkai.custody.pkcs11.LinkState.Closed;
import dev.kekkai.custody.pkcs11.LinkState.Down;
import java.time.Duration;
import java.time.Instant;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The one thread that puts the {@link TokenLink} up again: at once, and then as often as its back-off says, for as long as it takes.
 *
 * <p>The first attempt takes the module as it is. Each further one begins with {@code C_Finalize} and {@code C_Initialize}, because many modules
 * find their HSM again in no other way; but never while another thread is inside the module, and one that was written off still is.
 */
final class Recovery implements Runnable {
    private static final Logger LOG = Logger.getLogger(Recovery.class);

    /** A link that was of use for so long is none that keeps failing. */
    private static final Duration STEADY = Duration.ofSeconds(5);

    /** Hangs further apart than this have nothing to do with each other. */
    private static final Duration QUIET = Duration.ofMinutes(10);

    private final TokenLink link;
    private final Cryptoki cryptoki;
    private final StuckThreads stuck;
    private final Attempt attempt;
    private final Pace pace;
    private final Presence presence = new Presence();
    private int failures;
    /** When the link was last put up by this thread, or null if it was not. */
    private @Nullable Long upSince;

    /** Opens the token from the calling thread, which then owns what keeps it open. */
    interface Attempt {
        /**
         * Finds the token, logs in, and examines it.
         *
         * @param afresh by finalising and initialising the module first
         * @param presence to be told of each step
         */
        TokenIdentity open(boolean afresh, Presence presence) throws CustodyException;

        /** Closes what keeps it open; from inside the module. */
        void close();
    }

    /**
     * How patiently.
     *
     * @param forOneCall that the module may take for one call here, where nobody waits for the answer
     * @param toEmpty how long to wait for others to leave the module
     * @param afterFailure between attempts
     * @param afterHang before an attempt after calls have hung, shared by the threads that follow one another
     */
    record Pace(Duration forOneCall, Duration toEmpty, Backoff afterFailure, Backoff afterHang) {}

    Recovery(TokenLink link, Cryptoki cryptoki, StuckThreads stuck, Attempt attempt, Pace pace) {
        this.link = link;
        this.cryptoki = cryptoki;
        this.stuck = stuck;
        this.attempt = attempt;
        this.pace = pace;
    }

    Presence presence() {
        return presence;
    }

    @Override
    public void run() {
        try {
            while (!presence.writtenOff()) {
                LinkState trouble = link.awaitTrouble();
                if (trouble instanceof Closed) {
                    return;
                }
                mend(trouble);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            attempt.close();
            if (presence.writtenOff()) {
                stuck.cameOut();
                link.tryNow();
            }
        }
    }

    /**
     * A token that opens and then does nothing would be opened again and again without a pause, each time with a login: that counts as an attempt
     * that failed. One that serves for a moment and fails again is not opened more often than the back-off says.
     */
    private void pauseUnlessSteady(LinkState trouble) throws InterruptedException {
        Long up = upSince;
        if (up == null) {
            return;
        }
        upSince = null;
        if (trouble instanceof Down down && down.hung()) {
            // Hangs have a back-off of their own, which outlives this thread.
            failures = 0;
            return;
        }
        boolean brief = trouble instanceof Down && System.nanoTime() - up < STEADY.toNanos();
        failures = link.served() ? 0 : failures + 1;
        if (!link.served()) {
            link.pause(pace.afterFailure().next());
        } else if (brief) {
            // Once is a mishap, and callers are refused meanwhile; more often within a minute is a habit.
            link.pause(pace.afterFailure().nextUnlessQuietFor(Duration.ofMinutes(1)));
        } else {
            pace.afterFailure().reset();
        }
    }

    private void mend(LinkState trouble) throws InterruptedException {
        pauseUnlessSteady(trouble);
        if (failures == 0 && trouble instanceof Down down && down.hung()) {
            link.pause(pace.afterHang().nextUnlessQuietFor(QUIET));
        }
        if (stuck.spent()) {
            link.stillDown(new Unavailable(stuck.hopeless().orElse("calls hang inside the PKCS#11 module")));
            link.pause(pace.afterFailure().next());
            return;
        }
        boolean wanted = failures > 0;
        boolean afresh = wanted && link.awaitEmpty(pace.toEmpty()) && stuck.now() == 0;
        presence.enter(pace.forOneCall());
        try {
            TokenIdentity token = attempt.open(afresh, presence);
            if (presence.leave()) {
                up(token, trouble);
            }
        } catch (CustodyException e) {
            if (wanted && !afresh && stuck.now() > 0) {
                stuck.hindered();
            }
            failed(wanted && !afresh ? hindered(e) : e);
        } catch (RuntimeException | Error e) {
            LOG.error("opening the token failed in an unforeseen way", e);
            failed(new Unavailable("opening the token failed in an unforeseen way; the log has it", e));
        }
    }

    private void up(TokenIdentity token, LinkState trouble) {
        link.up(token, cryptoki.initialisation());
        if (trouble instanceof Down down) {
            LOG.infof(
                    "token '%s' (serial %s, slot %d) is back after %d ms, at attempt %d",
                    token.label(),
                    token.serial(),
                    token.slot(),
                    Duration.between(down.since(), Instant.now()).toMillis(),
                    failures + 1);
        }
        upSince = System.nanoTime();
        stuck.unhindered();
    }

    private static Unavailable hindered(CustodyException e) {
        return new Unavailable(
                e.getMessage() + "; a call that hangs inside the module keeps it from being initialised again", e);
    }

    private void failed(CustodyException e) throws InterruptedException {
        if (presence.leave()) {
            failures++;
            link.stillDown(e);
            link.pause(pace.afterFailure().next());
        }
    }
}
