package dev.kekkai.fleet;

import dev.kekkai.id.NodeId;
import java.time.Instant;
import java.util.Optional;

/** What a gateway needs to know of its nodes, and what it tells of them. Safe for many threads. */
public interface Fleet {
    /**
     * From memory; never blocks. While the database is away, or not believed, it is the last one that was read, and for {@code store.max-staleness}
     * only: then it has no nodes and no policies, and {@link #stale} says why.
     */
    FleetView view();

    /** Why nobody may be let in now, for a person: nodes that were evicted meanwhile would not be known as such. Empty while all is well. */
    Optional<String> stale();

    /** What was last seen of a node, here or by another gateway; from memory. */
    Optional<Observation> observed(NodeId node);

    /**
     * Pins the AK of a node at its first attestation. Durable, signed, and in {@link #view} when it returns; blocks on HSM and database.
     *
     * @param akName hex
     * @throws FleetException if the node has another AK pinned, was evicted meanwhile, or nothing can be written now
     */
    void pin(NodeId node, String akName) throws FleetException;

    /**
     * Remembers what was seen. In memory at once, and what it says of counters never goes back; written to the database when it can be.
     * Never blocks.
     */
    void observe(NodeId node, Observation observation);

    /**
     * Reads and proves the store anew, after the clock was set or the machine stood still: how old what is in memory is, nobody knows. Until that
     * succeeds nobody is let in. Observations of a time to come count as made now. Blocks on the database.
     *
     * @param now what the clock says
     * @throws FleetException if the store cannot be read, or is not believed
     */
    void afresh(Instant now) throws FleetException;

    /**
     * Lets a machine wait for approval.
     *
     * @throws FleetException if the tenant does not allow it, or too many wait already: in all, or from this source
     */
    void await(Claimant claimant) throws FleetException;
}
