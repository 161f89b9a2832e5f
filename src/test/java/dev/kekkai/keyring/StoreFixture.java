package dev.kekkai.keyring;

import dev.kekkai.authority.ChainNotary;
import dev.kekkai.authority.Mover;
import dev.kekkai.authority.Reconciler;
import dev.kekkai.envelope.Mechanism;
import dev.kekkai.id.TenantId;
import dev.kekkai.store.StoreException;
import dev.kekkai.store.StoredKeyring;
import dev.kekkai.store.StoredVersion;
import dev.kekkai.store.sql.SqlKeyringStore;
import dev.kekkai.testing.authority.Hosts;
import dev.kekkai.testing.authority.MemorySigningKey;
import dev.kekkai.testing.custody.MemoryHsm;
import dev.kekkai.testing.store.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** A host that works on a database of either kind, with an HSM in memory that has its KEKs and its signing key. */
final class StoreFixture implements AutoCloseable {
    static final TenantId TENANT = TenantId.DEFAULT;

    final MemoryHsm hsm;
    final MemorySigningKey key;
    final MemoryAudit audit = new MemoryAudit();
    final Path folder;
    final TestDatabase database;
    private ChainNotary notary;
    private SqlKeyringStore store;

    private StoreFixture(Path folder, TestDatabase database, MemoryHsm hsm, MemorySigningKey key)
            throws StoreException {
        this.folder = folder;
        this.database = database;
        this.hsm = hsm;
        this.key = key;
        open();
    }

    /** A host with an empty database and an empty HSM. */
    static StoreFixture empty(TestDatabase.Kind kind, Path folder) throws StoreException, SQLException {
        return new StoreFixture(folder, kind.in(folder), new MemoryHsm(), new MemorySigningKey());
    }

    /** One with version 1 DISABLED, 2 RETIRED, 3 ACTIVE and 4 PREPARED. */
    static StoreFixture lived(TestDatabase.Kind kind, Path folder) throws Exception {
        StoreFixture fixture = empty(kind, folder);
        fixture.keys().create(order(), Mechanism.AES_GCM, false);
        fixture.rotate();
        fixture.rotate();
        fixture.keys().create(order(), Mechanism.AES_GCM, false);
        fixture.keys().disable(order(), "1");
        return fixture;
    }

    /** Another host that uses the same HSM and the same database. */
    StoreFixture otherHost(String name) throws StoreException, IOException {
        return new StoreFixture(Files.createDirectory(folder.resolve(name)), database, hsm, key);
    }

    /** Another installation that uses the same HSM and has a database of its own. */
    StoreFixture otherInstallation(TestDatabase.Kind kind, String name)
            throws StoreException, IOException, SQLException {
        Path other = Files.createDirectory(folder.resolve(name));
        return new StoreFixture(other, kind.in(other), hsm, key);
    }

    private void open() throws StoreException {
        notary = Hosts.notary(key, folder);
        store = database.open(notary);
    }

    /** The process ends, something happens, and another process begins. */
    void whileStopped(Meanwhile meanwhile) throws Exception {
        store.close();
        meanwhile.happens();
        open();
    }

    /** What happens while nothing of Kekkai runs. */
    interface Meanwhile {
        void happens() throws Exception;
    }

    TestDatabase.Backup backup() throws Exception {
        TestDatabase.Backup[] backup = new TestDatabase.Backup[1];
        whileStopped(() -> backup[0] = database.backup());
        return backup[0];
    }

    KeyAdministration keys() {
        return keys(step -> {});
    }

    KeyAdministration keys(Step.Watcher watcher) {
        return new KeyAdministration(
                new Ledger(store, audit, Instant::now, watcher),
                new Reconciler(store, notary),
                new Examiner(hsm, hsm),
                Duration.ofDays(90));
    }

    void rotate() throws Exception {
        keys().rotate(order(), new RotationPlan(Mechanism.AES_GCM, "", Duration.ZERO));
    }

    Change reconcile() throws Exception {
        return keys().reconcile(order(), Mechanism.AES_GCM, false);
    }

    static Order order() {
        return new Order(TENANT, new Operator("root", "cli"), false);
    }

    static Order dryRun() {
        return new Order(TENANT, new Operator("root", "cli"), true);
    }

    SqlKeyringStore store() {
        return store;
    }

    ChainNotary notary() {
        return notary;
    }

    Reconciler reconciler() {
        return new Reconciler(store, notary);
    }

    Mover mover() {
        return new Mover(store, notary);
    }

    StoredKeyring keyring() throws StoreException {
        return store.load(TENANT).orElseThrow();
    }

    StoredVersion version(int number) throws StoreException {
        return keyring().versions().stream()
                .filter(version -> version.kek().number() == number)
                .findFirst()
                .orElseThrow();
    }

    List<String> states() throws StoreException {
        return keyring().versions().stream()
                .map(version -> version.kek().number() + " " + version.state())
                .toList();
    }

    /** What a start does first. */
    Snapshot opened() throws Exception {
        return new KeyringOpener(store, hsm, hsm).open(TENANT);
    }

    @Override
    public void close() {
        store.close();
    }
}
