package dev.kekkai.keyring;

import dev.kekkai.audit.AuditEvent.Outcome;
import dev.kekkai.audit.AuditException;
import dev.kekkai.authority.Reconciler;
import dev.kekkai.authority.Reconciler.Finding;
import dev.kekkai.custody.CustodyException;
import dev.kekkai.envelope.Mechanism;
import dev.kekkai.store.StoreException;
import dev.kekkai.store.StoredKeyring;
import dev.kekkai.store.StoredVersion;
import java.util.Optional;

/**
 * Has the store reconciled and then a new version activated, because a store that was written to or put back tells nothing certain of how often the old
 * one was used. Cut off between the two, repeating the order goes on with the second.
 */
final class StoreRepair {
    private static final String ACTION = "store.reconcile";

    private final Ledger ledger;
    private final Reconciler reconciler;
    private final Creation creation;
    private final Activation activation;

    StoreRepair(Ledger ledger, Reconciler reconciler, Creation creation, Activation activation) {
        this.ledger = ledger;
        this.reconciler = reconciler;
        this.creation = creation;
        this.activation = activation;
    }

    /** See {@link KeyAdministration#reconcile}. */
    Change reconcile(Order order, Mechanism mechanism, boolean takeOver)
            throws KeyringException, CustodyException, StoreException, AuditException {
        Optional<String> unchained = takeOver ? reconciler.unchained() : Optional.empty();
        if (unchained.isPresent()) {
            return takeOver(order, unchained.get());
        }
        Finding finding = reconciler.look(order.tenant());
        if (finding.problem().isEmpty() && !finding.renewalDue()) {
            return Change.none("the store is what its authority chain says, and the latest that this host has seen:"
                    + " there is nothing to reconcile");
        }
        String problem =
                finding.problem().orElse("it was reconciled before, and no new version has been activated since");
        if (order.dryRun()) {
            return Change.none("would bring the store into order and activate a new version: " + problem);
        }
        ledger.record(order, ACTION, "", Outcome.DONE, problem);
        if (finding.problem().isPresent()) {
            reconciler.reconcile();
        }
        ledger.reached(Step.RECONCILED);
        Optional<StoredKeyring> keyring = ledger.store().load(order.tenant());
        if (keyring.isEmpty()) {
            return Change.done(
                    "the store is reconciled (" + problem + "); tenant " + order.tenant() + " has no keyring");
        }
        StoredVersion renewed = renewed(order, keyring.get(), mechanism);
        return Change.done(
                "the store is reconciled (" + problem + "), and version "
                        + renewed.kek().number()
                        + " is ACTIVE for tenant " + order.tenant()
                        + ". 'kekkai key list' shows keys of the token that this store does not know ('kekkai key adopt' registers"
                        + " them). If an older store was put back, nodes that were evicted and versions that were disabled since are not so any more: evict"
                        + " and disable them again. Other hosts of the same store may have to be reconciled",
                renewed);
    }

    private Change takeOver(Order order, String taken) throws StoreException, AuditException {
        if (order.dryRun()) {
            return Change.none("would begin an authority chain with the store as it is: " + taken);
        }
        ledger.record(order, ACTION, "", Outcome.DONE, "taken over by the operator's word: " + taken);
        reconciler.takeOver(true);
        return Change.done("the store was taken over as it is: " + taken);
    }

    private StoredVersion renewed(Order order, StoredKeyring keyring, Mechanism mechanism)
            throws KeyringException, CustodyException, StoreException, AuditException {
        StoredVersion prepared = creation.prepare(order, keyring, mechanism);
        // Above every epoch that a lost part of the chain can have given, so that no key_id returns.
        ledger.store()
                .raiseEpochFloor(
                        order.tenant(), Adoption.floorAbove(prepared.kek().number()));
        return activation.activateProved(order, prepared);
    }
}
