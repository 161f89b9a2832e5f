package dev.kekkai.store;

import dev.kekkai.id.NodeId;
import dev.kekkai.id.TenantId;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Keeps what was decided about nodes and policies, in the authority chain, and beside it what was observed. Every method is one transaction. Safe for many
 * threads; may block on disk, network and HSM.
 */
public interface FleetStore {
    /**
     * What follows from the chain.
     *
     * @throws UntrustedStoreException if it is not proved, or is not the latest that this host knows of: an older one could hold nodes that were
     *     evicted since
     */
    StoredFleet load() throws StoreException;

    /** The chain's head as it is stored, unproved: to see whether there is anything to load. */
    Optional<SignedHead> head() throws StoreException;

    /**
     * Carries out what a step makes of the state that it meets, signed and in one transaction.
     *
     * @return the state after it, which is the one before where the step has nothing to do
     */
    StoredFleet change(TenantId tenant, Step step) throws StoreException;

    /** All observations. */
    List<StoredObservation> observations() throws StoreException;

    /**
     * Writes observations. One that is older than what is there is passed over, unless that is of a time that cannot be; counters of one era never go
     * back.
     *
     * @param latest what is there and says that it is later is replaced
     * @param refused signatures that were met in rows and are no gateway's: what they stand for is replaced
     */
    void observe(List<StoredObservation> observations, Instant latest, Map<NodeId, StoredObservation.Signed> refused)
            throws StoreException;

    /** All claims, at most {@link #MOST_CLAIMS}. */
    List<StoredClaim> claims() throws StoreException;

    /** Writes claims, new ones only while fewer than {@link #MOST_CLAIMS} are there, after others were removed. */
    void claim(List<StoredClaim> claims, List<StoredClaim> gone) throws StoreException;

    /** How many claims are ever kept. */
    int MOST_CLAIMS = 256;

    /** Events that depend on the state; none if there is nothing to do. */
    @FunctionalInterface
    interface Step {
        List<FleetEvent> from(StoredFleet before) throws StoreException;

        /** Asked once the events were found to fit and before anything is signed: whether to go on. Throwing changes nothing. */
        default boolean goesOn(StoredFleet after) throws StoreException {
            return true;
        }
    }
}
