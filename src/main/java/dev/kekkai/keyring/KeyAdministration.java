package dev.kekkai.keyring;

import dev.kekkai.audit.AuditEvent;
import dev.kekkai.audit.AuditEvent.Outcome;
import dev.kekkai.audit.AuditException;
import dev.kekkai.audit.AuditTrail;
import dev.kekkai.custody.CustodyException;
import dev.kekkai.custody.CustodyException.KeyUnsafe;
import dev.kekkai.custody.Kek;
import dev.kekkai.custody.KekInventory;
import dev.kekkai.custody.KeyCustodian;
import dev.kekkai.custody.Provenance;
import dev.kekkai.envelope.Mechanism;
import dev.kekkai.id.Lineage;
import dev.kekkai.id.TenantId;
import dev.kekkai.id.VersionId;
import dev.kekkai.store.KeyState;
import dev.kekkai.store.KeyringStore;
import dev.kekkai.store.StoreException;
import dev.kekkai.store.StoredKeyring;
import dev.kekkai.store.StoredVersion;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Creates and adopts KEK versions. One change at a time; each is recorded before it takes effect. */
public final class KeyAdministration {
    /**
     * Epochs per version number in a rebuilt keyring. Each activation belongs to one version number, so a floor of (highest number + 1) ×
     * this lies above every epoch that a lost database can have given, also when keyrings are rebuilt again and again.
     */
    private static final long EPOCHS_PER_NUMBER = 4096;

    /** Numbers beyond are nobody's rotations: a planted label would make every search for a key_id a long one. */
    private static final int HIGHEST_NUMBER = 10_000;

    private final KeyringStore store;
    private final KekInventory inventory;
    private final Canary canary;
    private final AuditTrail audit;
    private final InstantSource clock;
    private final SecureRandom random = new SecureRandom();
    private final ReentrantLock lock = new ReentrantLock();

    public KeyAdministration(
            KeyringStore store, KekInventory inventory, KeyCustodian custodian, AuditTrail audit, InstantSource clock) {
        this.store = store;
        this.inventory = inventory;
        this.canary = new Canary(custodian);
        this.audit = audit;
        this.clock = clock;
    }

    /** The keyring as it is stored, if there is one. */
    public Optional<StoredKeyring> keyring(TenantId tenant) throws StoreException {
        return store.load(tenant);
    }

    /**
     * Generates a KEK inside the HSM and registers it as PREPARED; where no version is ACTIVE, or the one that is has no uses left, it
     * becomes ACTIVE.
     *
     * @param mechanism of the HSM's profile
     * @param newKeyring that a new keyring is wanted although the token holds keys of another one
     * @return the new version as stored
     */
    public StoredVersion create(TenantId tenant, Mechanism mechanism, boolean newKeyring, Operator operator)
            throws KeyringException, CustodyException, StoreException, AuditException {
        lock.lock();
        try {
            StoredKeyring keyring = existingOrNew(tenant, newKeyring);
            List<Kek> onToken = Awaited.result(inventory.list());
            Kek kek = new Kek(randomVersion(), keyring.lineage(), nextNumber(keyring, onToken), mechanism);
            Provenance provenance = Awaited.result(inventory.generate(kek));
            byte[] sealed = canary.seal(kek);
            record("key.create", tenant, kek, operator);
            store.addVersion(tenant, prepared(kek, provenance, sealed, KeyState.PREPARED));
            if (keyring.versions().stream().noneMatch(KeyAdministration::wraps)) {
                record("key.activate", tenant, kek, operator);
                store.activate(tenant, kek.version(), clock.instant());
            }
            return stored(tenant, kek.version());
        } finally {
            lock.unlock();
        }
    }

    /** Whether a version is ACTIVE and has uses left. */
    private static boolean wraps(StoredVersion version) {
        return version.state() == KeyState.ACTIVE
                && version.usesReserved() <= KeyringStore.MOST_USES - UseCounter.BLOCK;
    }

    private StoredKeyring existingOrNew(TenantId tenant, boolean newKeyring)
            throws KeyringException, CustodyException, StoreException {
        Optional<StoredKeyring> existing = store.load(tenant);
        if (existing.isPresent()) {
            return existing.get();
        }
        List<Kek> strangers = Awaited.result(inventory.list());
        if (!strangers.isEmpty() && !newKeyring) {
            throw new KeyringException(
                    "the token holds " + strangers.size() + " key(s) of keyring(s) " + lineages(strangers)
                            + " that this database does not know. If the database was lost, run 'kekkai key adopt', or what they wrapped will not open;"
                            + " if they belong to somebody else, run 'kekkai key create --new-keyring'");
        }
        store.createKeyring(tenant, new Lineage(UUID.randomUUID()), 0);
        return store.load(tenant).orElseThrow();
    }

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

    /**
     * Registers key objects that are on the token and not in the store, after the same checks as any KEK. A keyring that is gone is rebuilt.
     *
     * <p>They come back RETIRED: they open what they wrapped, and a version is never ACTIVE twice.
     *
     * @param wanted the lineage to rebuild, needed only where the token holds several
     * @param acceptProvenance that the operator vouches for keys which the token does not call local, always sensitive and never
     *     extractable, as after a restore from the vendor's backup
     * @return what was registered, by number
     */
    public List<StoredVersion> adopt(
            TenantId tenant, @Nullable Lineage wanted, boolean acceptProvenance, Operator operator)
            throws KeyringException, CustodyException, StoreException, AuditException {
        lock.lock();
        try {
            List<Kek> onToken = Awaited.result(inventory.list());
            Optional<StoredKeyring> existing = store.load(tenant);
            Lineage lineage = lineage(existing, wanted, onToken);
            List<Kek> found = onToken.stream()
                    .filter(kek -> kek.lineage().equals(lineage))
                    .filter(kek -> existing.isEmpty() || !knows(existing.get(), kek.version()))
                    .sorted(Comparator.comparingInt(Kek::number))
                    .toList();
            List<StoredVersion> adopted = new ArrayList<>();
            for (Kek kek : found) {
                if (kek.number() > HIGHEST_NUMBER) {
                    throw new KeyUnsafe(
                            "the key object labelled " + kek.label() + " has a number above " + HIGHEST_NUMBER
                                    + ", which no keyring reaches: somebody made it outside Kekkai; remove it or relabel it. Nothing was adopted");
                }
                Provenance provenance = Awaited.result(inventory.inspect(kek));
                if (!provenance.equals(Provenance.BORN_INSIDE) && !acceptProvenance) {
                    throw new KeyUnsafe("the token says of KEK " + kek.label() + ": " + provenance
                            + "; a KEK must be local, always sensitive and never extractable. If it was restored from the HSM vendor's backup,"
                            + " run 'kekkai key adopt --accept-provenance'; nothing was adopted");
                }
                adopted.add(prepared(kek, provenance, canary.seal(kek), KeyState.RETIRED));
            }
            if (existing.isEmpty() && !adopted.isEmpty()) {
                store.createKeyring(tenant, lineage, (found.getLast().number() + 1L) * EPOCHS_PER_NUMBER);
            }
            for (StoredVersion version : adopted) {
                record("key.adopt", tenant, version.kek(), operator);
                store.addVersion(tenant, version);
            }
            return adopted;
        } finally {
            lock.unlock();
        }
    }

    private static Lineage lineage(Optional<StoredKeyring> existing, @Nullable Lineage wanted, List<Kek> onToken)
            throws KeyringException {
        if (existing.isPresent()) {
            Lineage own = existing.get().lineage();
            if (wanted != null && !wanted.equals(own)) {
                throw new KeyringException("this tenant's keyring has lineage " + own + ", not " + wanted
                        + ": keys of another lineage cannot join it");
            }
            return own;
        }
        List<Lineage> found = onToken.stream().map(Kek::lineage).distinct().toList();
        if (wanted != null && found.contains(wanted)) {
            return wanted;
        }
        if (wanted == null && found.size() == 1) {
            return found.getFirst();
        }
        throw new KeyringException(
                found.isEmpty()
                        ? "the token holds no key labelled kekkai/<lineage>/<number>/<mechanism>, so there is nothing to adopt"
                        : "the token holds keys of the keyring(s) " + lineages(onToken)
                                + ": say which with 'kekkai key adopt --lineage UUID'");
    }

    private static boolean knows(StoredKeyring keyring, VersionId version) {
        return keyring.versions().stream()
                .anyMatch(known -> known.kek().version().equals(version));
    }

    private static String lineages(List<Kek> keks) {
        return keks.stream().map(kek -> kek.lineage().toString()).distinct().collect(Collectors.joining(", "));
    }

    private StoredVersion prepared(Kek kek, Provenance provenance, byte[] sealedCanary, KeyState state) {
        return new StoredVersion(kek, state, null, provenance, sealedCanary, clock.instant(), null, 0);
    }

    private StoredVersion stored(TenantId tenant, VersionId id) throws StoreException {
        return store.load(tenant).orElseThrow().versions().stream()
                .filter(version -> version.kek().version().equals(id))
                .findFirst()
                .orElseThrow();
    }

    private VersionId randomVersion() {
        byte[] bytes = new byte[VersionId.LENGTH];
        random.nextBytes(bytes);
        return VersionId.of(bytes);
    }

    private void record(String action, TenantId tenant, Kek kek, Operator operator) throws AuditException {
        audit.record(new AuditEvent(
                action,
                tenant,
                operator.name(),
                operator.api(),
                "",
                kek.version().toString(),
                Outcome.DONE,
                ""));
    }
}
