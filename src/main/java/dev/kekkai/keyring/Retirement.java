package dev.kekkai.keyring;

import dev.kekkai.audit.AuditException;
import dev.kekkai.custody.CustodyException;
import dev.kekkai.store.StoreException;
import dev.kekkai.store.StoredVersion;

/** Takes versions out of service step by step, and back. The ACTIVE one leaves it only by being replaced. */
final class Retirement {
    private final Ledger ledger;
    private final Examiner examiner;

    Retirement(Ledger ledger, Examiner examiner) {
        this.ledger = ledger;
        this.examiner = examiner;
    }

    /** See {@link KeyAdministration#retire}. */
    Change retire(Order order, String reference) throws KeyringException, StoreException, AuditException {
        StoredVersion version = VersionReference.find(ledger.keyring(order), reference);
        int number = version.kek().number();
        return switch (version.state()) {
            case PREPARED -> {
                if (order.dryRun()) {
                    yield Change.none("would make version " + number + " RETIRED; it would never wrap", version);
                }
                ledger.record(order, "key.retire", version.kek(), "");
                ledger.states().retire(order.tenant(), version.kek().version(), ledger.now());
                yield Change.done("version " + number + " is RETIRED and never wraps", again(order, version));
            }
            case RETIRED -> Change.none("version " + number + " is RETIRED already", version);
            case ACTIVE -> throw stillWraps(version);
            case DISABLED, DESTROYED ->
                throw new KeyringException(
                        "version " + number + " is " + version.state() + ", which is further on than RETIRED");
        };
    }

    /** See {@link KeyAdministration#disable}. */
    Change disable(Order order, String reference) throws KeyringException, StoreException, AuditException {
        StoredVersion version = VersionReference.find(ledger.keyring(order), reference);
        int number = version.kek().number();
        return switch (version.state()) {
            case RETIRED -> {
                if (order.dryRun()) {
                    yield Change.none(
                            "would make version " + number + " DISABLED; what it wrapped would not open", version);
                }
                ledger.record(order, "key.disable", version.kek(), "");
                ledger.states().disable(order.tenant(), version.kek().version(), ledger.now());
                yield Change.done(
                        "version " + number + " is DISABLED: what it wrapped does not open until 'kekkai key enable "
                                + number + "'",
                        again(order, version));
            }
            case DISABLED -> Change.none("version " + number + " is DISABLED already", version);
            case ACTIVE -> throw stillWraps(version);
            case PREPARED ->
                throw new KeyringException("version " + number + " is PREPARED: 'kekkai key retire " + number
                        + "' puts it away; after that it can be disabled");
            case DESTROYED -> throw gone(version);
        };
    }

    /** See {@link KeyAdministration#enable}. */
    Change enable(Order order, String reference)
            throws KeyringException, CustodyException, StoreException, AuditException {
        StoredVersion version = VersionReference.find(ledger.keyring(order), reference);
        int number = version.kek().number();
        return switch (version.state()) {
            case DISABLED -> {
                examiner.examine(version);
                if (order.dryRun()) {
                    yield Change.none(
                            "would make version " + number + " RETIRED: its key is there and is the one remembered",
                            version);
                }
                ledger.record(order, "key.enable", version.kek(), "");
                ledger.states().enable(order.tenant(), version.kek().version());
                yield Change.done("version " + number + " is RETIRED: it opens what it wrapped", again(order, version));
            }
            case ACTIVE, RETIRED ->
                Change.none("version " + number + " is " + version.state() + ": it opens what it wrapped", version);
            case PREPARED ->
                throw new KeyringException("version " + number + " is PREPARED: 'kekkai key rotate --version " + number
                        + "' makes it ACTIVE");
            case DESTROYED -> throw gone(version);
        };
    }

    private StoredVersion again(Order order, StoredVersion version) throws StoreException {
        return ledger.stored(order, version.kek().version());
    }

    private static KeyringException stillWraps(StoredVersion version) {
        return new KeyringException("version " + version.kek().number()
                + " is ACTIVE: it wraps. 'kekkai key rotate' makes another one ACTIVE and this one RETIRED; disable it"
                + " when all Secrets were rewritten");
    }

    private static KeyringException gone(StoredVersion version) {
        return new KeyringException("version " + version.kek().number()
                + " is DESTROYED: its key is gone from the HSM, and what it wrapped is lost");
    }
}
