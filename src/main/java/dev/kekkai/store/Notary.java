package dev.kekkai.store;

import dev.kekkai.id.ApprovalId;
import dev.kekkai.id.TenantId;
import dev.kekkai.id.VersionId;
import java.util.List;
import java.util.Optional;

/** Says whether what a store holds may be believed, and vouches for what is written to it. Safe for many threads; may wait for the HSM. */
public interface Notary {
    /** The furthest that this host has seen a chain. To be asked before the content is read, since others write meanwhile. */
    Optional<SeenHead> seen() throws StoreException;

    /**
     * The keyrings that follow from the chain, which are those of the rows, with the uses that the rows tell. One that is behind what this
     * host has seen is still proved, and can be served from.
     *
     * @throws UntrustedStoreException if anything does not fit
     */
    List<StoredKeyring> prove(StoreContent content, Optional<SeenHead> seen) throws StoreException;

    /**
     * The same, for who has a state of this store in service already.
     *
     * @throws UntrustedStoreException also if the content is behind what this host has seen
     */
    List<StoredKeyring> proveLatest(StoreContent content, Optional<SeenHead> seen) throws StoreException;

    /**
     * Proves the content, carries out one event on it and signs the chain that results. To be called while nobody else can change the store.
     *
     * @return empty if the change turns out to change nothing
     * @throws UntrustedStoreException if the content is not believed, or is behind what this host has seen
     * @throws StoreException if the event does not fit the state, or the HSM does not sign
     */
    Optional<Sealed> seal(StoreContent content, Optional<SeenHead> seen, Change change) throws StoreException;

    /**
     * The nodes and policies that follow from the chain.
     *
     * @throws UntrustedStoreException if the content is not believed, is behind what this host has seen, or is empty where there was a chain
     */
    StoredFleet proveFleet(StoreContent content, Optional<SeenHead> seen) throws StoreException;

    /**
     * Proves the content, carries out events on its nodes and policies and signs the chain that results. To be called while nobody else can change the
     * store.
     *
     * @return empty if the step has nothing to do
     * @throws UntrustedStoreException if the content is not believed, is behind what this host has seen, or is empty where there was a chain
     * @throws StoreException if an event does not fit the state, or the HSM does not sign
     */
    Optional<SealedFleet> sealFleet(
            StoreContent content, Optional<SeenHead> seen, TenantId tenant, FleetStore.Step step) throws StoreException;

    /**
     * The requests for approval that follow from the chain.
     *
     * @throws UntrustedStoreException if the content is not believed, or is behind what this host has seen
     */
    StoredApprovals proveApprovals(StoreContent content, Optional<SeenHead> seen) throws StoreException;

    /**
     * Proves the content, carries out events of approvals and signs the chain that results. To be called while nobody else can change the store.
     *
     * @return empty if the step has nothing to do
     * @throws UntrustedStoreException if the content is not believed, or is behind what this host has seen
     * @throws StoreException if an event does not fit the state, or the HSM does not sign
     */
    Optional<SealedApprovals> sealApprovals(StoreContent content, Optional<SeenHead> seen, ApprovalStore.Step step)
            throws StoreException;

    /** Remembers on this host that a change is durable. */
    void committed(SeenHead head) throws StoreException;

    /** The most uses of a version that this host has seen reserved. */
    long usesSeen(VersionId version) throws StoreException;

    /** Remembers durably how many uses are reserved; never lowers it. */
    void usesReserved(VersionId version, long total) throws StoreException;

    /** One event of one tenant, which may depend on the state it meets. */
    interface Change {
        TenantId tenant();

        /** What allows it, if it needs that; used up by it. */
        default Optional<ApprovalId> approval() {
            return Optional.empty();
        }

        /** Empty if there is nothing to do. */
        Optional<KeyringEvent> event(Optional<StoredKeyring> before) throws StoreException;
    }

    /**
     * A change that is signed and not yet written.
     *
     * @param before the keyring as it was, if there was one
     * @param after the keyring as it must be written
     * @param entries what to append to the chain
     * @param head what vouches for the chain then
     * @param seen the same, to be remembered once it is written
     */
    record Sealed(
            Optional<StoredKeyring> before,
            StoredKeyring after,
            List<ChainEntry> entries,
            SignedHead head,
            SeenHead seen) {
        public Sealed {
            entries = List.copyOf(entries);
        }
    }

    /**
     * The same of nodes and policies, of which there are no rows.
     *
     * @param after the state that results
     */
    record SealedFleet(StoredFleet after, List<ChainEntry> entries, SignedHead head, SeenHead seen) {
        public SealedFleet {
            entries = List.copyOf(entries);
        }
    }

    /**
     * The same of approvals, of which there are no rows either.
     *
     * @param after the state that results
     */
    record SealedApprovals(StoredApprovals after, List<ChainEntry> entries, SignedHead head, SeenHead seen) {
        public SealedApprovals {
            entries = List.copyOf(entries);
        }
    }
}
