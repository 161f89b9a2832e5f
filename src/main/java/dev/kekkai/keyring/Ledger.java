package dev.kekkai.keyring;

import dev.kekkai.audit.AuditEvent;
import dev.kekkai.audit.AuditEvent.Outcome;
import dev.kekkai.audit.AuditException;
import dev.kekkai.audit.AuditTrail;
import dev.kekkai.custody.Kek;
import dev.kekkai.id.VersionId;
import dev.kekkai.store.KeyringStore;
import dev.kekkai.store.StoreException;
import dev.kekkai.store.StoredKeyring;
import dev.kekkai.store.StoredVersion;
import dev.kekkai.store.VersionStates;
import java.time.Instant;
import java.time.InstantSource;

/** What administration writes to: the audit trail, always first, then the store. */
record Ledger(KeyringStore store, AuditTrail audit, InstantSource clock, Step.Watcher watcher) {
    VersionStates states() {
        return store.states();
    }

    Instant now() {
        return clock.instant();
    }

    void reached(Step step) {
        watcher.reached(step);
    }

    /** The keyring that an order is about. */
    StoredKeyring keyring(Order order) throws StoreException, KeyringException {
        return store.load(order.tenant())
                .orElseThrow(
                        () -> new KeyringException(
                                "tenant " + order.tenant()
                                        + " has no keyring: 'kekkai key create' makes its first KEK; if its database was lost, 'kekkai key adopt' rebuilds it"));
    }

    /** A version as it is stored now. */
    StoredVersion stored(Order order, VersionId id) throws StoreException {
        return store.load(order.tenant()).orElseThrow().versions().stream()
                .filter(version -> version.kek().version().equals(id))
                .findFirst()
                .orElseThrow();
    }

    /** Records what is about to be done. */
    void record(Order order, String action, Kek kek, String detail) throws AuditException {
        record(order, action, kek.version().toString(), Outcome.DONE, detail);
    }

    void record(Order order, String action, String version, Outcome outcome, String reason) throws AuditException {
        audit.record(new AuditEvent(
                action,
                order.tenant(),
                order.operator().name(),
                order.operator().api(),
                "",
                version,
                outcome,
                reason));
    }
}
