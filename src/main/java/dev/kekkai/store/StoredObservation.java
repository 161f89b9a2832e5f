package dev.kekkai.store;

import dev.kekkai.id.NodeId;
import java.time.Instant;
import java.util.Optional;

/**
 * What was last seen of a node; a row that nothing in the authority chain binds, and that the gateway which wrote it signed.
 *
 * @param at to the millisecond
 * @param verdict JSON
 * @param counterEra the era that the counters belong to; those of an earlier one do not count
 * @param counters resets and restarts, each unsigned in 32 bits
 * @param trust the word for it
 * @param tlsKey hex
 * @param signed by whom, which a store need not understand
 */
public record StoredObservation(
        NodeId node,
        Instant at,
        boolean accepted,
        String verdict,
        int counterEra,
        Optional<Counters> counters,
        Optional<String> trust,
        Optional<String> tlsKey,
        Optional<Instant> certificateEnds,
        String gateway,
        Signed signed) {
    /** Both from 0 to 2^32-1. */
    public record Counters(long resets, long restarts) {}

    /**
     * What gateways signed of it; each is empty if nobody did.
     *
     * @param seen for all but the counters
     * @param counted for the counters and their era, which may be of another gateway
     */
    public record Signed(String seen, String counted) {
        /** Nothing is signed. */
        public static final Signed NOTHING = new Signed("", "");
    }

    /** The same with signatures. */
    public StoredObservation signed(Signed by) {
        return new StoredObservation(
                node, at, accepted, verdict, counterEra, counters, trust, tlsKey, certificateEnds, gateway, by);
    }

    /** The same without counters. */
    public StoredObservation uncounted() {
        return new StoredObservation(
                node,
                at,
                accepted,
                verdict,
                counterEra,
                Optional.empty(),
                trust,
                tlsKey,
                certificateEnds,
                gateway,
                signed);
    }
}
