package dev.kekkai.keyring;

import dev.kekkai.audit.AuditException;
import dev.kekkai.custody.CustodyException;
import dev.kekkai.custody.CustodyException.KeyUnsafe;
import dev.kekkai.custody.Provenance;
import dev.kekkai.store.KeyState;
import dev.kekkai.store.StoreException;
import dev.kekkai.store.StoredVersion;

/**
 * Takes the operator's word for one of the two things that are remembered of a key, as long as the other one proves that it is the same
 * key: a new history is believed if the canary opens, a new canary is sealed if the history is unchanged.
 */
final class Acceptance {
    private final Ledger ledger;
    private final Examiner examiner;

    Acceptance(Ledger ledger, Examiner examiner) {
        this.ledger = ledger;
        this.examiner = examiner;
    }

    /** See {@link KeyAdministration#acceptProvenance}. */
    Change provenance(Order order, String reference)
            throws KeyringException, CustodyException, StoreException, AuditException {
        StoredVersion version = alive(order, reference);
        int number = version.kek().number();
        Provenance now = examiner.inspect(version);
        if (now.equals(version.provenance())) {
            return Change.none("the history of version " + number + " is the recorded one", version);
        }
        examiner.canary().check(version.kek(), version.canary());
        String what = "recorded " + version.provenance() + ", now " + now;
        if (order.dryRun()) {
            return Change.none("would accept the history of version " + number + ": " + what, version);
        }
        ledger.record(order, "key.accept-provenance", version.kek(), what);
        ledger.states().replaceProvenance(order.tenant(), version.kek().version(), now);
        return Change.done(
                "the history of version " + number + " is accepted: " + what,
                ledger.stored(order, version.kek().version()));
    }

    /**
     * See {@link KeyAdministration#renewCanary}. Only for a version that wraps nothing any more: should the key be another one after all,
     * it opens nothing and is harmless.
     */
    Change canary(Order order, String reference)
            throws KeyringException, CustodyException, StoreException, AuditException {
        StoredVersion version = alive(order, reference);
        int number = version.kek().number();
        if (examiner.canary().readable(version.kek(), version.canary())) {
            examiner.examine(version);
            return Change.none("the canary of version " + number + " is there and opens", version);
        }
        refuseInService(version);
        Provenance now = examiner.inspect(version);
        if (!now.equals(version.provenance())) {
            throw new KeyUnsafe("KEK " + version.kek().label()
                    + " has neither a canary that can be read nor the recorded history (" + version.provenance()
                    + ", now " + now + "), so nothing says that it is the same key: restore the store from a backup");
        }
        if (order.dryRun()) {
            return Change.none("would seal a new canary for version " + number, version);
        }
        byte[] sealed = examiner.canary().seal(version.kek());
        ledger.record(order, "key.renew-canary", version.kek(), "the stored canary could not be read");
        ledger.states().replaceCanary(order.tenant(), version.kek().version(), sealed);
        return Change.done(
                "version " + number + " has a new canary",
                ledger.stored(order, version.kek().version()));
    }

    private static void refuseInService(StoredVersion version) throws KeyringException {
        int number = version.kek().number();
        String next =
                switch (version.state()) {
                    case ACTIVE -> "'kekkai key rotate' makes another one first";
                    case PREPARED -> "'kekkai key retire " + number + "' puts it away first";
                    case RETIRED, DISABLED, DESTROYED -> "";
                };
        if (!next.isEmpty()) {
            throw new KeyringException("version " + number + " is " + version.state()
                    + ", and a key that is not proved must wrap nothing: " + next);
        }
    }

    private StoredVersion alive(Order order, String reference) throws KeyringException, StoreException {
        StoredVersion version = VersionReference.find(ledger.keyring(order), reference);
        if (version.state() == KeyState.DESTROYED) {
            throw new KeyringException(
                    "version " + version.kek().number() + " is DESTROYED: there is no key to examine");
        }
        return version;
    }
}
