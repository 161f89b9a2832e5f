package dev.kekkai.store;

import dev.kekkai.id.NodeId;
import java.time.Instant;
import java.util.Optional;

/**
 * What was last seen of a node; a row, bound by nothing.
 *
 * @param at to the millisecond
 * @param verdict JSON
 * @param counterEra the era that the counters belong to; those of an earlier one do not count
 * @param counters resets and restarts, each unsigned in 32 bits
 * @param trust the word for it
 * @param tlsKey hex
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
        String gateway) {
    /** Both from 0 to 2^32-1. */
    public record Counters(long resets, long restarts) {}
}
