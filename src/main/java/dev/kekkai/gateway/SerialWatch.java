package dev.kekkai.gateway;

import dev.kekkai.fleet.Fleet;
import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.jboss.logging.Logger;

/**
 * Agents remember how far the authority chain had come when they were last told. One that has been told more than this gateway knows has met a gateway
 * that is ahead, or this one's store was rolled back: it is given the time in which a change spreads, then it is believed.
 */
final class SerialWatch {
    private static final Logger LOG = Logger.getLogger(SerialWatch.class);
    /** Gateways look at their store every two seconds. */
    private static final Duration SPREADING = Duration.ofSeconds(10);

    private final Fleet fleet;
    private final LongSupplier nanos;
    private long highest;
    private long since;
    private boolean said;

    SerialWatch(Fleet fleet) {
        this(fleet, System::nanoTime);
    }

    /** For tests, with a monotonic clock of their own. */
    SerialWatch(Fleet fleet, LongSupplier nanos) {
        this.fleet = fleet;
        this.nanos = nanos;
    }

    /**
     * Takes note of what an agent was told.
     *
     * @param serial unsigned in the message; what cannot be one is none
     * @throws Denied if it is more than this gateway knows
     */
    void met(long serial) throws Denied {
        if (serial <= fleet.view().serial()) {
            return;
        }
        note(serial);
        throw rolledBack()
                .orElseGet(() -> new Denied(
                        Code.STORE_STALE,
                        "this gateway knows the authority chain up to serial "
                                + fleet.view().serial() + ", and the agent was told " + serial
                                + ": try another gateway, or again in a moment"));
    }

    private synchronized void note(long serial) {
        if (highest <= fleet.view().serial()) {
            since = nanos.getAsLong();
            said = false;
        }
        highest = Math.max(highest, serial);
    }

    /** Why nothing is wrapped and nobody let in any more, if the store has been behind for too long. */
    synchronized Optional<Denied> rolledBack() {
        long known = fleet.view().serial();
        if (highest <= known || nanos.getAsLong() - since < SPREADING.toNanos()) {
            return Optional.empty();
        }
        String text = "the store was rolled back: agents were told serial " + highest
                + " of the authority chain, and it ends at " + known
                + "; this gateway is read-only until 'kekkai store reconcile'";
        if (!said) {
            LOG.error(text);
            said = true;
        }
        return Optional.of(new Denied(Code.STORE_ROLLED_BACK, text));
    }
}
