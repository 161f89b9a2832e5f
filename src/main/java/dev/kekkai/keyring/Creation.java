package dev.kekkai.keyring;

import dev.kekkai.audit.AuditException;
import dev.kekkai.custody.CustodyException;
import dev.kekkai.custody.Kek;
import dev.kekkai.custody.Provenance;
import dev.kekkai.envelope.Mechanism;
import dev.kekkai.id.Lineage;
import dev.kekkai.id.VersionId;
import dev.kekkai.store.KeyState;
import dev.kekkai.store.StoreException;
import dev.kekkai.store.StoredKeyring;
import dev.kekkai.store.StoredVersion;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** Makes KEK versions. */
final class Creation {
    private final Ledger ledger;
    private final Examiner examiner;
    private final Activation activation;
    private final SecureRandom random = new SecureRandom();

    Creation(Ledger ledger, Examiner examiner, Activation activation) {
        this.ledger = ledger;
        this.examiner = examiner;
        this.activation = activation;
    }

    /** See {@link KeyAdministration#create}. */
    Change create(Order order, Mechanism mechanism, boolean newKeyring)
            throws KeyringException, CustodyException, StoreException, AuditException {
        Optional<StoredKeyring> existing = ledger.store().load(order.tenant());
        if (existing.isEmpty()) {
            refuseStrangers(newKeyring);
        }
        boolean first = existing.isEmpty() || !hasActive(existing.get());
        if (order.dryRun()) {
            return Change.none("would generate a KEK inside the HSM by " + mechanism + " and register it as "
                    + (first ? "ACTIVE" : "PREPARED"));
        }
        StoredVersion created =
                existing.isPresent() ? prepare(order, existing.get(), mechanism) : prepareFirst(order, mechanism);
        if (first) {
            created = activation.activateProved(order, created);
        }
        int number = created.kek().number();
        return Change.done(
                first
                        ? "version " + number + " is ACTIVE: it wraps from now on"
                        : "version " + number + " is PREPARED: it wraps nothing until 'kekkai key rotate --version "
                                + number + "'",
                created);
    }

    private static boolean hasActive(StoredKeyring keyring) {
        return keyring.versions().stream().anyMatch(version -> version.state() == KeyState.ACTIVE);
    }

    private void refuseStrangers(boolean newKeyring) throws KeyringException, CustodyException {
        List<Kek> strangers = Awaited.result(examiner.inventory().list());
        if (!strangers.isEmpty() && !newKeyring) {
            throw new KeyringException(
                    "the token holds " + strangers.size() + " key(s) of keyring(s) " + Adoption.lineages(strangers)
                            + " that this database does not know. If the database was lost, run 'kekkai key adopt', or what they wrapped will not open;"
                            + " if they belong to somebody else, run 'kekkai key create --new-keyring'");
        }
    }

    /** Generates a KEK inside the HSM and registers it as PREPARED. */
    StoredVersion prepare(Order order, StoredKeyring keyring, Mechanism mechanism)
            throws KeyringException, CustodyException, StoreException, AuditException {
        List<Kek> onToken = Awaited.result(examiner.inventory().list());
        Kek kek = new Kek(randomVersion(), keyring.lineage(), nextNumber(keyring, onToken), mechanism);
        StoredVersion version = generated(order, kek);
        return registered(order, version);
    }

    /** The same for the first of a new keyring, which begins with its key: a token that makes none leaves none whose lineage nobody knows. */
    private StoredVersion prepareFirst(Order order, Mechanism mechanism)
            throws KeyringException, CustodyException, StoreException, AuditException {
        Lineage lineage = new Lineage(UUID.randomUUID());
        StoredVersion version = generated(order, new Kek(randomVersion(), lineage, 1, mechanism));
        ledger.store().createKeyring(order.tenant(), lineage, 0);
        return registered(order, version);
    }

    private StoredVersion generated(Order order, Kek kek) throws KeyringException, CustodyException, AuditException {
        ledger.record(order, "key.create", kek, "");
        ledger.reached(Step.CREATION_RECORDED);
        Provenance provenance = Awaited.result(examiner.inventory().generate(kek));
        ledger.reached(Step.KEY_GENERATED);
        byte[] canary = examiner.canary().seal(kek);
        ledger.reached(Step.CANARY_SEALED);
        return new StoredVersion(kek, KeyState.PREPARED, null, provenance, canary, ledger.now(), null, 0);
    }

    private StoredVersion registered(Order order, StoredVersion version) throws StoreException {
        ledger.store().addVersion(order.tenant(), version);
        ledger.reached(Step.REGISTERED);
        return version;
    }

    /** Above every number that was ever given, also to a key that was never registered. */
    private static int nextNumber(StoredKeyring keyring, List<Kek> onToken) {
        int stored = keyring.versions().stream()
                .mapToInt(version -> version.kek().number())
                .max()
                .orElse(0);
        int labelled = onToken.stream()
                .filter(kek -> kek.lineage().equals(keyring.lineage()))
                .mapToInt(Kek::number)
                .max()
                .orElse(0);
        return Math.addExact(Math.max(stored, labelled), 1);
    }

    private VersionId randomVersion() {
        byte[] bytes = new byte[VersionId.LENGTH];
        random.nextBytes(bytes);
        return VersionId.of(bytes);
    }
}
