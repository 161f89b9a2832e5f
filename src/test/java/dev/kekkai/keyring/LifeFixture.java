package dev.kekkai.keyring;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kekkai.authority.ChainNotary;
import dev.kekkai.authority.Reconciler;
import dev.kekkai.authority.SignedRows;
import dev.kekkai.envelope.Mechanism;
import dev.kekkai.id.TenantId;
import dev.kekkai.store.KeyState;
import dev.kekkai.store.StoreException;
import dev.kekkai.store.StoredKeyring;
import dev.kekkai.store.StoredVersion;
import dev.kekkai.store.sql.SchemaChange;
import dev.kekkai.store.sql.SqlKeyringStore;
import dev.kekkai.testing.authority.Hosts;
import dev.kekkai.testing.authority.MemorySigningKey;
import dev.kekkai.testing.custody.LosableHsm;
import dev.kekkai.testing.custody.MemoryHsm;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;

/** A keyring in a real store whose versions are taken through their life, with an HSM that can be lost and a clock that is set by hand. */
final class LifeFixture implements AutoCloseable {
    static final TenantId TENANT = TenantId.DEFAULT;
    static final Duration RETENTION = Duration.ofDays(90);

    final MemoryHsm memory = new MemoryHsm();
    final LosableHsm hsm = new LosableHsm(memory);
    final MemoryAudit audit = new MemoryAudit();
    volatile Instant now = Instant.parse("2026-05-06T07:08:09Z");

    final MemorySigningKey signingKey = hsm.with(new MemorySigningKey());

    private final Path folder;
    private final Path database;
    private ChainNotary notary;
    private SqlKeyringStore store;

    LifeFixture(Path folder) throws StoreException {
        this.folder = folder;
        database = folder.resolve("kekkai.db");
        open(signingKey);
    }

    private void open(MemorySigningKey key) throws StoreException {
        notary = Hosts.notary(key, folder);
        store = SqlKeyringStore.openSqlite(database, SchemaChange.FORWARD, notary);
    }

    /** One whose first version is ACTIVE. */
    static LifeFixture serving(Path folder) throws Exception {
        LifeFixture fixture = new LifeFixture(folder);
        fixture.keys().create(order(), Mechanism.AES_GCM, false);
        return fixture;
    }

    KeyAdministration keys() {
        return keys(step -> {});
    }

    /** Administration during which something else happens when a step has been taken, as on another server. */
    KeyAdministration meanwhileAfter(Step step, Callable<?> other) {
        return keys(reached -> {
            if (reached == step) {
                try {
                    other.call();
                } catch (Exception e) {
                    throw new AssertionError(e);
                }
            }
        });
    }

    /** Administration that is cut off when a step has been taken, as by kill -9. */
    KeyAdministration cutOffAfter(Step last) {
        return keys(step -> {
            if (step == last) {
                throw new CutOff();
            }
        });
    }

    private KeyAdministration keys(Step.Watcher watcher) {
        return new KeyAdministration(
                new Ledger(store, audit, () -> now, watcher),
                new Reconciler(store, notary),
                new Examiner(hsm, hsm),
                RETENTION);
    }

    static Order order() {
        return order(false);
    }

    static Order dryRun() {
        return order(true);
    }

    private static Order order(boolean dry) {
        return new Order(TENANT, new Operator("root", "cli"), dry);
    }

    static RotationPlan now() {
        return plan("", Duration.ZERO);
    }

    static RotationPlan plan(String version, Duration activateIn) {
        return new RotationPlan(Mechanism.AES_GCM, version, activateIn);
    }

    SqlKeyringStore store() {
        return store;
    }

    StoredKeyring stored() throws StoreException {
        return store.load(TENANT).orElseThrow();
    }

    StoredVersion version(int number) throws StoreException {
        return stored().versions().stream()
                .filter(version -> version.kek().number() == number)
                .findFirst()
                .orElseThrow();
    }

    List<KeyState> states() throws StoreException {
        return stored().versions().stream().map(StoredVersion::state).toList();
    }

    /** What a start does first: it refuses a keyring that is not valid. */
    Snapshot open() throws Exception {
        return new KeyringOpener(store, hsm, hsm).open(TENANT);
    }

    /** The process is gone, and another one begins on the same file. */
    void restart() throws StoreException {
        store.close();
        open(signingKey);
    }

    /** Takes a fresh version through ACTIVE and RETIRED to DISABLED. */
    void disableFirst() throws Exception {
        keys().rotate(order(), now());
        keys().disable(order(), "1");
        assertThat(version(1).state()).isEqualTo(KeyState.DISABLED);
    }

    /** Has the store remember what is no canary, as if it had been registered so. */
    void damageCanary(int number) throws StoreException {
        new SignedRows(store, signingKey.generate(), notary).canary(number, new byte[] {1, 2, 3});
        restart();
    }

    @Override
    public void close() throws StoreException {
        store.close();
    }

    /** Neither an exception nor anything else that the code under test would handle. */
    static final class CutOff extends Error {
        private static final long serialVersionUID = 1;
    }
}
