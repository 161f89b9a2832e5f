package dev.kekkai.store;

import java.util.List;
import java.util.Optional;

/** Keeps who asked for what and who approved it, in the authority chain. Every method is one transaction. Safe for many threads; may block on disk, network and HSM. */
public interface ApprovalStore {
    /**
     * What follows from the chain.
     *
     * @throws UntrustedStoreException if it is not proved, or is not the latest that this host knows of
     */
    StoredApprovals load() throws StoreException;

    /** The chain's head as it is stored, unproved: to see whether there is anything to load. */
    Optional<SignedHead> head() throws StoreException;

    /**
     * Carries out what a step makes of the state that it meets, signed and in one transaction.
     *
     * @return the state after it, which is the one before where the step has nothing to do
     */
    StoredApprovals change(Step step) throws StoreException;

    /** Events that depend on the state; none if there is nothing to do. */
    @FunctionalInterface
    interface Step {
        List<ApprovalEvent> from(StoredApprovals before) throws StoreException;

        /** Asked once the events were found to fit and before anything is signed: whether to go on. Throwing changes nothing. */
        default boolean goesOn(StoredApprovals after) throws StoreException {
            return true;
        }
    }
}
