package dev.kekkai.keyring;

import dev.kekkai.audit.AuditException;
import dev.kekkai.custody.CustodyException;
import dev.kekkai.store.KeyState;
import dev.kekkai.store.StoreException;
import dev.kekkai.store.StoredKeyring;
import dev.kekkai.store.StoredVersion;
import dev.kekkai.store.UntrustedStoreException;
import java.time.Instant;
import java.util.Optional;

/** Makes a PREPARED version ACTIVE, now or when its time has come. */
final class Activation {
    private final Ledger ledger;
    private final Examiner examiner;

    Activation(Ledger ledger, Examiner examiner) {
        this.ledger = ledger;
        this.examiner = examiner;
    }

    /** Proves a PREPARED version and makes it ACTIVE; the one that was ACTIVE becomes RETIRED in the same transaction. */
    StoredVersion activate(Order order, StoredVersion version)
            throws KeyringException, CustodyException, StoreException, AuditException {
        prove(version);
        return activateProved(order, version);
    }

    /** The same for a version that has made its round trip just now, with its canary. */
    StoredVersion activateProved(Order order, StoredVersion version) throws StoreException, AuditException {
        ledger.record(order, "key.activate", version.kek(), "");
        ledger.reached(Step.ACTIVATION_RECORDED);
        ledger.store().activate(order.tenant(), version.kek().version(), ledger.now());
        ledger.reached(Step.ACTIVATED);
        return ledger.stored(order, version.kek().version());
    }

    /** Proves a PREPARED version and sets the time at which it is to become ACTIVE. */
    StoredVersion schedule(Order order, StoredVersion version, Instant at)
            throws KeyringException, CustodyException, StoreException, AuditException {
        prove(version);
        ledger.record(order, "key.schedule", version.kek(), "activate at " + at);
        ledger.reached(Step.SCHEDULE_RECORDED);
        ledger.states().schedule(order.tenant(), version.kek().version(), at);
        ledger.reached(Step.SCHEDULED);
        return ledger.stored(order, version.kek().version());
    }

    private void prove(StoredVersion version) throws KeyringException, CustodyException, StoreException {
        examiner.prove(ledger.store(), version);
        ledger.reached(Step.PROVED);
    }

    /** The version of a keyring that waits for its time. */
    static Optional<StoredVersion> scheduled(StoredKeyring keyring) {
        return keyring.versions().stream()
                .filter(version -> version.activateAt() != null)
                .findFirst();
    }

    /** Activates the version whose time has come, if there is one. */
    Change activateDue(Order order) throws KeyringException, CustodyException, StoreException, AuditException {
        Optional<StoredVersion> scheduled = ledger.store().load(order.tenant()).flatMap(Activation::scheduled);
        Instant at = scheduled.map(StoredVersion::activateAt).orElse(null);
        if (scheduled.isEmpty() || at == null || ledger.now().isBefore(at)) {
            return Change.none("no version's time has come");
        }
        try {
            StoredVersion active = activate(order, scheduled.get());
            return Change.done("version " + active.kek().number() + " is ACTIVE, as scheduled for " + at, active);
        } catch (UntrustedStoreException e) {
            throw e;
        } catch (StoreException e) {
            return doneMeanwhile(order, scheduled.get(), e);
        }
    }

    /** All servers of a store see the same time come: who is not the first finds it done, and recorded what is true. */
    private Change doneMeanwhile(Order order, StoredVersion version, StoreException refusal) throws StoreException {
        int number = version.kek().number();
        try {
            StoredVersion now = ledger.stored(order, version.kek().version());
            if (now.state() == KeyState.ACTIVE) {
                return Change.none(
                        "version " + number + " is ACTIVE already, as scheduled: it was done meanwhile", now);
            }
        } catch (StoreException e) {
            refusal.addSuppressed(e);
        }
        throw refusal;
    }
}
