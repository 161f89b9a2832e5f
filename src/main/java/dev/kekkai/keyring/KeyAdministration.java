package dev.kekkai.keyring;

import dev.kekkai.audit.AuditEvent.Outcome;
import dev.kekkai.audit.AuditException;
import dev.kekkai.audit.AuditTrail;
import dev.kekkai.authority.Reconciler;
import dev.kekkai.custody.CustodyException;
import dev.kekkai.custody.Kek;
import dev.kekkai.custody.KekInventory;
import dev.kekkai.custody.KeyCustodian;
import dev.kekkai.envelope.Mechanism;
import dev.kekkai.id.Lineage;
import dev.kekkai.id.TenantId;
import dev.kekkai.store.KeyState;
import dev.kekkai.store.KeyringStore;
import dev.kekkai.store.StoreException;
import dev.kekkai.store.StoredKeyring;
import dev.kekkai.store.StoredVersion;
import dev.kekkai.store.UntrustedStoreException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * All that is done to a keyring: one change at a time, each recorded before it takes effect, and what was refused or failed recorded too.
 *
 * <p>A version is named by its number, or by its version id in hexadecimal or the beginning of it. Repeating what was done already changes
 * nothing and says so. Every verb throws a {@link KeyringException} that says what is wrong with the order and what to do instead, a
 * {@link CustodyException} where the HSM or a key in it is at fault, and a {@link StoreException} or {@link AuditException} where it
 * cannot be written down. Cut off anywhere, each leaves a keyring that is valid and says what it is.
 */
public final class KeyAdministration {
    private final Ledger ledger;
    private final Reconciler reconciler;
    private final Examiner examiner;
    private final Duration retention;
    private final ReentrantLock lock = new ReentrantLock();

    /**
     * @param reconciler of the same store
     * @param retention how long a version must have been DISABLED before it can be destroyed
     */
    public KeyAdministration(
            KeyringStore store,
            Reconciler reconciler,
            KekInventory inventory,
            KeyCustodian custodian,
            AuditTrail audit,
            InstantSource clock,
            Duration retention) {
        this(new Ledger(store, audit, clock, step -> {}), reconciler, new Examiner(inventory, custodian), retention);
    }

    /** For tests that stop at a step. */
    KeyAdministration(Ledger ledger, Reconciler reconciler, Examiner examiner, Duration retention) {
        this.ledger = ledger;
        this.reconciler = reconciler;
        this.examiner = examiner;
        this.retention = retention;
    }

    /** The keyring as it is stored, and what the token holds besides. */
    public KeyringView view(TenantId tenant) throws StoreException {
        Optional<StoredKeyring> stored = ledger.store().load(tenant);
        List<StoredVersion> versions = stored.map(StoredKeyring::versions).orElse(List.of());
        try {
            List<Kek> onToken = Awaited.result(examiner.inventory().list());
            return new KeyringView(
                    versions,
                    stored.isEmpty()
                            ? onToken
                            : Adoption.unknown(stored, stored.get().lineage(), onToken),
                    "");
        } catch (CustodyException e) {
            return new KeyringView(versions, List.of(), String.valueOf(e.getMessage()));
        }
    }

    /**
     * Generates a KEK inside the HSM and registers it as PREPARED; where no version is ACTIVE, it becomes that.
     *
     * @param mechanism of the HSM's profile
     * @param newKeyring that a new keyring is wanted although the token holds keys of another one
     */
    public Change create(Order order, Mechanism mechanism, boolean newKeyring)
            throws KeyringException, CustodyException, StoreException, AuditException {
        return carryOut("key.create", "", order, () -> creation().create(order, mechanism, newKeyring));
    }

    /**
     * Makes a PREPARED version, or takes the one that is named, proves it by a round trip through the HSM, and makes it ACTIVE at once or
     * stores the time at which it is to become that. The version that was ACTIVE becomes RETIRED in the same transaction.
     */
    public Change rotate(Order order, RotationPlan plan)
            throws KeyringException, CustodyException, StoreException, AuditException {
        return carryOut("key.rotate", plan.version(), order, () -> new Rotation(ledger, creation(), activation())
                .rotate(order, plan));
    }

    /** Makes the version ACTIVE whose stored time has come; changes nothing if there is none. */
    public Change activateDue(Order order) throws KeyringException, CustodyException, StoreException, AuditException {
        return carryOut("key.activate", "", order, () -> activation().activateDue(order));
    }

    /**
     * Registers key objects that are on the token and not in the store, after the same checks as any KEK. A keyring that is gone is rebuilt.
     *
     * <p>They come back RETIRED: they open what they wrapped, and a version is never ACTIVE twice.
     *
     * @param wanted the lineage to rebuild, needed only where the token holds several
     * @param acceptProvenance that the operator vouches for keys which the token does not call local, always sensitive and never
     *     extractable, as after a restore from the vendor's backup
     */
    public Change adopt(Order order, @Nullable Lineage wanted, boolean acceptProvenance)
            throws KeyringException, CustodyException, StoreException, AuditException {
        return carryOut("key.adopt", "", order, () -> new Adoption(ledger, examiner)
                .adopt(order, wanted, acceptProvenance, KeyState.RETIRED));
    }

    /**
     * Registers the one key that is on the token and not in the store as PREPARED, for tokens on which only tools of their own make keys. That
     * it has wrapped nothing yet is the operator's word, which nothing here can check.
     *
     * <p>Refused where the token holds several such keys, or where its number is not above all others. The parameters are those of
     * {@link #adopt}.
     */
    public Change adoptNew(Order order, @Nullable Lineage wanted, boolean acceptProvenance)
            throws KeyringException, CustodyException, StoreException, AuditException {
        return carryOut("key.adopt", "", order, () -> new Adoption(ledger, examiner)
                .adopt(order, wanted, acceptProvenance, KeyState.PREPARED));
    }

    /** Makes a PREPARED version that is not wanted RETIRED, and forgets the time that was set for it. */
    public Change retire(Order order, String version)
            throws KeyringException, CustodyException, StoreException, AuditException {
        return carryOut("key.retire", version, order, () -> retirement().retire(order, version));
    }

    /** Makes a RETIRED version refuse. The HSM is not asked, so that this works also for a key that is lost. */
    public Change disable(Order order, String version)
            throws KeyringException, CustodyException, StoreException, AuditException {
        return carryOut("key.disable", version, order, () -> retirement().disable(order, version));
    }

    /** Examines the key of a DISABLED version and makes it RETIRED again. */
    public Change enable(Order order, String version)
            throws KeyringException, CustodyException, StoreException, AuditException {
        return carryOut("key.enable", version, order, () -> retirement().enable(order, version));
    }

    /**
     * Destroys the key of a version that has been DISABLED for the retention time, when all older ones are DESTROYED.
     *
     * @param operatorsWord that older backups may become unreadable
     */
    public Change destroy(Order order, String version, boolean operatorsWord)
            throws KeyringException, CustodyException, StoreException, AuditException {
        return carryOut("key.destroy", version, order, () -> new Destruction(ledger, examiner, retention)
                .destroy(order, version, operatorsWord, Optional.empty()));
    }

    /** The same by what others approved, who had the operator's word before them. */
    public Change destroy(Order order, String version, Warrant warrant)
            throws KeyringException, CustodyException, StoreException, AuditException {
        return carryOut("key.destroy", version, order, () -> new Destruction(ledger, examiner, retention)
                .destroy(order, version, true, Optional.of(warrant)));
    }

    /** Records the history that the token tells of a key now, if the canary proves that it is the same key. */
    public Change acceptProvenance(Order order, String version)
            throws KeyringException, CustodyException, StoreException, AuditException {
        return carryOut("key.accept-provenance", version, order, () -> new Acceptance(ledger, examiner)
                .provenance(order, version));
    }

    /** Seals a new canary where the stored one cannot be read, for a version that does not wrap and whose history is the recorded one. */
    public Change renewCanary(Order order, String version)
            throws KeyringException, CustodyException, StoreException, AuditException {
        return carryOut(
                "key.renew-canary", version, order, () -> new Acceptance(ledger, examiner).canary(order, version));
    }

    /**
     * Brings a store into order that is rolled back or was written to by others: the rows as they follow from the authority chain, this chain as the
     * current one, and a new version ACTIVE, since nobody knows how often the old one was used.
     *
     * @param takeOver the operator's word that a store without a chain is from before there was one
     */
    public Change reconcile(Order order, Mechanism mechanism, boolean takeOver)
            throws KeyringException, CustodyException, StoreException, AuditException {
        return carryOutAnyhow(
                "store.reconcile", "", order, () -> new StoreRepair(ledger, reconciler, creation(), activation())
                        .reconcile(order, mechanism, takeOver));
    }

    /**
     * The same for each of these tenants, one after the other, so that none goes on with a {@code key_id} that was told before. What fails stops it; said
     * again, it goes on with those that are left.
     */
    public Change reconcile(
            List<TenantId> tenants, Operator operator, boolean dryRun, Mechanism mechanism, boolean takeOver)
            throws KeyringException, CustodyException, StoreException, AuditException {
        boolean changed = false;
        Set<String> said = new LinkedHashSet<>();
        List<StoredVersion> versions = new ArrayList<>();
        for (TenantId tenant : tenants) {
            Change change = reconcile(new Order(tenant, operator, dryRun), mechanism, takeOver);
            changed |= change.changed();
            said.add(change.said());
            versions.addAll(change.versions());
        }
        return new Change(changed, String.join("; ", said), versions);
    }

    private Creation creation() {
        return new Creation(ledger, examiner, activation());
    }

    private Activation activation() {
        return new Activation(ledger, examiner);
    }

    private Retirement retirement() {
        return new Retirement(ledger, examiner);
    }

    private interface Verb {
        Change carryOut() throws KeyringException, CustodyException, StoreException, AuditException;
    }

    /** On a store that is believed and takes changes: else a refused rotation would leave a key in the HSM that no store knows. */
    private Change carryOut(String action, String version, Order order, Verb verb)
            throws KeyringException, CustodyException, StoreException, AuditException {
        return carryOutAnyhow(action, version, order, () -> {
            reconciler.requireCurrent();
            return verb.carryOut();
        });
    }

    private Change carryOutAnyhow(String action, String version, Order order, Verb verb)
            throws KeyringException, CustodyException, StoreException, AuditException {
        lock.lock();
        try {
            return named(order, verb);
        } catch (KeyringException
                | UntrustedStoreException
                | CustodyException.KeyMissing
                | CustodyException.KeyUnsafe e) {
            recordEnd(action, version, order, Outcome.REFUSED, e);
            throw e;
        } catch (CustodyException | StoreException e) {
            recordEnd(action, version, order, Outcome.FAILED, e);
            if (e instanceof StoreException && e.getCause() instanceof CustodyException custody) {
                // It is the HSM that is at fault: it did not sign what was to be stored.
                throw custody;
            }
            throw e;
        } finally {
            lock.unlock();
        }
    }

    /** The commands that are named in what is said are those of the order's tenant. */
    private static Change named(Order order, Verb verb)
            throws KeyringException, CustodyException, StoreException, AuditException {
        try {
            Change change = verb.carryOut();
            return new Change(change.changed(), TenantOption.in(change.said(), order.tenant()), change.versions());
        } catch (KeyringException e) {
            throw TenantOption.in(e, order.tenant());
        } catch (CustodyException.KeyMissing e) {
            throw TenantOption.in(e, order.tenant());
        } catch (CustodyException.KeyUnsafe e) {
            throw TenantOption.in(e, order.tenant());
        }
    }

    private void recordEnd(String action, String version, Order order, Outcome outcome, Throwable why) {
        if (!order.dryRun()) {
            try {
                ledger.record(order, action, version, outcome, String.valueOf(why.getMessage()));
            } catch (AuditException e) {
                why.addSuppressed(e);
            }
        }
    }
}
