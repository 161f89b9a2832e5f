package dev.kekkai.keyring;

import dev.kekkai.audit.AuditException;
import dev.kekkai.custody.CustodyException;
import dev.kekkai.store.KeyState;
import dev.kekkai.store.StoreException;
import dev.kekkai.store.StoredKeyring;
import dev.kekkai.store.StoredVersion;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Destroys a key for good: DISABLED for the retention time, nothing older alive, and by the operator's word.
 *
 * <p>The store is marked first, then the HSM loses the objects, then the version is DESTROYED. Cut off anywhere, the version is DISABLED
 * and marked; repeating the order finishes it.
 */
final class Destruction {
    private final Ledger ledger;
    private final Examiner examiner;
    private final Duration retention;

    /** @param retention how long a version must have been DISABLED */
    Destruction(Ledger ledger, Examiner examiner, Duration retention) {
        this.ledger = ledger;
        this.examiner = examiner;
        this.retention = retention;
    }

    /** See {@link KeyAdministration#destroy}. */
    Change destroy(Order order, String reference, boolean operatorsWord, Optional<Warrant> warrant)
            throws KeyringException, CustodyException, StoreException, AuditException {
        StoredKeyring keyring = ledger.keyring(order);
        StoredVersion version = VersionReference.find(keyring, reference);
        int number = version.kek().number();
        if (version.state() == KeyState.DESTROYED) {
            return Change.none("version " + number + " is DESTROYED already", version);
        }
        refuseInService(version);
        refuseOlderAlive(keyring, version);
        if (version.destroyBegun() == null) {
            refuseEarly(version);
        }
        if (order.dryRun()) {
            return Change.none(
                    "would destroy the key of version " + number
                            + " in the HSM, for good; what it wrapped, in etcd or in any backup of it, would be lost",
                    version);
        }
        if (!operatorsWord) {
            throw new KeyringException("the key of version " + number
                    + " is needed by each backup of etcd from the time when it wrapped, and nobody but you knows whether there are any."
                    + " Say so with --older-backups-may-become-unreadable");
        }
        return destroy(order, version, warrant);
    }

    private static void refuseInService(StoredVersion version) throws KeyringException {
        int number = version.kek().number();
        String next =
                switch (version.state()) {
                    case ACTIVE -> "'kekkai key rotate' replaces it; then rewrite the Secrets and disable it";
                    case PREPARED -> "'kekkai key retire " + number + "' puts it away; then disable it";
                    case RETIRED -> "'kekkai key disable " + number + "' shows whether anything still needs it";
                    case DISABLED, DESTROYED -> "";
                };
        if (!next.isEmpty()) {
            throw new KeyringException("version " + number + " is " + version.state()
                    + "; only a version that has been DISABLED for the retention time can be destroyed: " + next);
        }
    }

    private static void refuseOlderAlive(StoredKeyring keyring, StoredVersion version) throws KeyringException {
        List<Integer> alive = keyring.versions().stream()
                .filter(other -> other.kek().number() < version.kek().number() && other.state() != KeyState.DESTROYED)
                .map(other -> other.kek().number())
                .toList();
        if (!alive.isEmpty()) {
            throw new KeyringException("version " + version.kek().number()
                    + " cannot be destroyed before those that are older: destroy " + alive + " first");
        }
    }

    private void refuseEarly(StoredVersion version) throws KeyringException {
        Instant since = version.disabled();
        Instant until = since == null ? null : since.plus(retention);
        if (until == null || ledger.now().isBefore(until)) {
            throw new KeyringException("version " + version.kek().number() + " has been DISABLED since " + since
                    + "; with keys.backup-retention: " + retention.toDays() + "d it can be destroyed from " + until
                    + " on, because backups of etcd may need it until then");
        }
    }

    private Change destroy(Order order, StoredVersion version, Optional<Warrant> warrant)
            throws CustodyException, StoreException, AuditException {
        var id = version.kek().version();
        ledger.record(
                order, "key.destroy", version.kek(), warrant.map(Warrant::words).orElse(""));
        ledger.reached(Step.DESTRUCTION_RECORDED);
        ledger.states().beginDestroying(order.tenant(), id, ledger.now(), warrant.map(Warrant::approval));
        ledger.reached(Step.DESTRUCTION_BEGUN);
        int objects = Awaited.result(examiner.inventory().destroy(version.kek()));
        ledger.reached(Step.OBJECTS_DESTROYED);
        ledger.states().destroyed(order.tenant(), id);
        ledger.reached(Step.DESTROYED);
        return Change.done(
                "version " + version.kek().number() + " is DESTROYED; " + objects
                        + " object(s) were removed from the token. Backups of the HSM may still hold the key",
                ledger.stored(order, id));
    }
}
