package dev.kekkai.keyring;

import dev.kekkai.audit.AuditException;
import dev.kekkai.custody.CustodyException;
import dev.kekkai.store.KeyState;
import dev.kekkai.store.StoreException;
import dev.kekkai.store.StoredKeyring;
import dev.kekkai.store.StoredVersion;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** Replaces the version that wraps: make or take a PREPARED one, prove it, then activate it or set the time for that. */
final class Rotation {
    private final Ledger ledger;
    private final Creation creation;
    private final Activation activation;

    Rotation(Ledger ledger, Creation creation, Activation activation) {
        this.ledger = ledger;
        this.creation = creation;
        this.activation = activation;
    }

    /** See {@link KeyAdministration#rotate}. */
    Change rotate(Order order, RotationPlan plan)
            throws KeyringException, CustodyException, StoreException, AuditException {
        refuseOddTime(plan.activateIn());
        StoredKeyring keyring = ledger.keyring(order);
        Optional<StoredVersion> given = plan.version().isEmpty()
                ? Optional.empty()
                : Optional.of(VersionReference.find(keyring, plan.version()));
        if (given.isPresent() && given.get().state() == KeyState.ACTIVE) {
            return Change.none("version " + given.get().kek().number() + " is ACTIVE already", given.get());
        }
        if (given.isPresent()) {
            refuseUnprepared(given.get());
        }
        refuseSecondSchedule(keyring, given);
        if (order.dryRun()) {
            return Change.none(would(keyring, plan, given));
        }
        StoredVersion next = given.isPresent() ? given.get() : creation.prepare(order, keyring, plan.mechanism());
        return plan.activateIn().isZero() ? activateNow(order, keyring, next) : activateLater(order, plan, next);
    }

    private static void refuseOddTime(Duration activateIn) throws KeyringException {
        if (activateIn.isNegative() || activateIn.compareTo(RotationPlan.LONGEST) > 0) {
            throw new KeyringException("a version can be activated at once or within " + RotationPlan.LONGEST.toDays()
                    + " days, not in " + activateIn);
        }
    }

    private static void refuseUnprepared(StoredVersion version) throws KeyringException {
        if (version.state() != KeyState.PREPARED) {
            throw new KeyringException(
                    "version " + version.kek().number() + " is " + version.state()
                            + ": a version becomes ACTIVE at most once, from PREPARED. 'kekkai key rotate' without --version makes a new one");
        }
    }

    private static void refuseSecondSchedule(StoredKeyring keyring, Optional<StoredVersion> given)
            throws KeyringException {
        Optional<StoredVersion> scheduled = Activation.scheduled(keyring)
                .filter(version -> given.isEmpty() || !given.get().kek().equals(version.kek()));
        if (scheduled.isPresent()) {
            int number = scheduled.get().kek().number();
            throw new KeyringException("version " + number + " becomes ACTIVE at "
                    + scheduled.get().activateAt()
                    + " already: wait for it, activate it now with 'kekkai key rotate --version "
                    + number + "', or put it away with 'kekkai key retire " + number + "'");
        }
    }

    private static String would(StoredKeyring keyring, RotationPlan plan, Optional<StoredVersion> given) {
        String which = given.map(version -> "prove version " + version.kek().number() + " in the HSM")
                .orElse("generate a KEK inside the HSM by " + plan.mechanism() + ", register it, prove it");
        String when = plan.activateIn().isZero() ? " at once" : " in " + plan.activateIn();
        return "would " + which + ", and make it ACTIVE" + when
                + active(keyring)
                        .map(old -> "; version " + old + " would become RETIRED")
                        .orElse("");
    }

    private static Optional<Integer> active(StoredKeyring keyring) {
        return keyring.versions().stream()
                .filter(version -> version.state() == KeyState.ACTIVE)
                .map(version -> version.kek().number())
                .findFirst();
    }

    private Change activateNow(Order order, StoredKeyring before, StoredVersion next)
            throws KeyringException, CustodyException, StoreException, AuditException {
        StoredVersion now = activation.activate(order, next);
        String retired = active(before)
                .map(old -> ", version " + old + " RETIRED: it goes on opening what it wrapped. Rewrite the Secrets"
                        + " (docs/operations.md, Rotation) before you disable it")
                .orElse("");
        return Change.done("version " + now.kek().number() + " is ACTIVE" + retired, now);
    }

    private Change activateLater(Order order, RotationPlan plan, StoredVersion next)
            throws KeyringException, CustodyException, StoreException, AuditException {
        Instant at = ledger.now().plus(plan.activateIn());
        StoredVersion scheduled = activation.schedule(order, next, at);
        return Change.done(
                "version " + scheduled.kek().number() + " becomes ACTIVE at " + scheduled.activateAt()
                        + ", or when the server next starts after that; 'kekkai key retire "
                        + scheduled.kek().number() + "' calls it off",
                scheduled);
    }
}
