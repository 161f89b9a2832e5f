package dev.kekkai.gateway;

import dev.kekkai.custody.CustodyException;
import dev.kekkai.fleet.FleetException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jboss.logging.Logger;

/**
 * What a restart would do for a gateway whose clock was set by more than clocks may differ, or whose machine stood still: the store is proved anew, since
 * nobody knows how old what is known of it is; the gateway's certificate is made anew; then the clock is trusted as it is now. Until then nobody is let in.
 */
final class ClockRecovery {
    private static final Logger LOG = Logger.getLogger(ClockRecovery.class);
    private static final Duration EVERY = Duration.ofSeconds(1);
    /** Failing in a way that nobody foresaw for so long, it will go on doing so. */
    private static final Duration IN_VAIN = Duration.ofMinutes(1);

    private final ClockWatch clock;
    private final Anew anew;
    private final LongSupplier nanos;
    private volatile Optional<String> failure = Optional.empty();
    private volatile Optional<Long> unforeseenSince = Optional.empty();

    /** Makes anew what hangs on the clock. */
    interface Anew {
        /**
         * Does it; blocks.
         *
         * @param now what the clock says
         */
        void make(Instant now) throws CustodyException, FleetException;
    }

    /** @param nanos a monotonic clock */
    ClockRecovery(ClockWatch clock, Anew anew, LongSupplier nanos) {
        this.clock = clock;
        this.anew = anew;
        this.nanos = nanos;
    }

    /** @param timer a thread of its own, because it waits for HSM and database */
    void lookAfter(ScheduledExecutorService timer) {
        var unused =
                timer.scheduleWithFixedDelay(this::look, EVERY.toMillis(), EVERY.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Recovers if there is anything to recover from; what fails is tried at the next look. */
    void look() {
        Optional<Duration> jump = clock.jump();
        if (jump.isEmpty()) {
            settled();
            return;
        }
        ClockWatch.Reference now = clock.read();
        try {
            anew.make(now.time());
            clock.trust(now);
            LOG.warnf(
                    "The clock was set by %d s while this gateway ran, or its machine stood still; what hangs on it was made anew, and it is trusted again: %s",
                    jump.get().toSeconds(), now.time());
            settled();
        } catch (CustodyException | FleetException e) {
            unforeseenSince = Optional.empty();
            failed(String.valueOf(e.getMessage()));
        } catch (RuntimeException | Error e) {
            unforeseenSince = Optional.of(unforeseenSince.orElseGet(nanos::getAsLong));
            failed(e.toString());
        }
    }

    private void settled() {
        failure = Optional.empty();
        unforeseenSince = Optional.empty();
    }

    private void failed(String why) {
        if (failure.filter(why::equals).isEmpty()) {
            LOG.errorf(
                    "The clock was set while this gateway ran, or its machine stood still. It lets nobody in, and tries to recover every second: %s",
                    why);
        }
        failure = Optional.of(why);
    }

    /** Why nobody is let in, while the clock is not trusted. */
    Optional<String> problem() {
        return clock.jump()
                .map(jump -> "the clock was set by " + jump.toSeconds()
                        + " s while this gateway ran, or its machine stood still; it lets nobody in until what hangs on the clock is made anew"
                        + failure.map(why -> ": " + why).orElse(""));
    }

    /** Why only a restart helps, if that is so: an HSM or a database that is away comes back by itself, what was not foreseen may not. */
    Optional<String> hopeless() {
        return unforeseenSince
                .filter(since -> nanos.getAsLong() - since >= IN_VAIN.toNanos())
                .map(since -> "the clock was set while this gateway ran, and recovering from that fails: "
                        + failure.orElse("for no reason that is known"));
    }
}
