package dev.kekkai.keyring;

import dev.kekkai.authority.ChainNotary;
import dev.kekkai.authority.Reconciler;
import dev.kekkai.batching.Batcher;
import dev.kekkai.batching.Capacity;
import dev.kekkai.custody.Kek;
import dev.kekkai.custody.Provenance;
import dev.kekkai.dek.Caller;
import dev.kekkai.dek.Deadline;
import dev.kekkai.dek.UnwrapRequest;
import dev.kekkai.dek.WrapRequest;
import dev.kekkai.dek.WrappedDek;
import dev.kekkai.envelope.Mechanism;
import dev.kekkai.id.KeyId;
import dev.kekkai.id.Lineage;
import dev.kekkai.id.TenantId;
import dev.kekkai.id.VersionId;
import dev.kekkai.secret.Secret;
import dev.kekkai.store.KeyState;
import dev.kekkai.store.StoreException;
import dev.kekkai.store.StoredKeyring;
import dev.kekkai.store.StoredVersion;
import dev.kekkai.store.sql.SqlKeyringStore;
import dev.kekkai.testing.authority.Hosts;
import dev.kekkai.testing.authority.MemorySigningKey;
import dev.kekkai.testing.custody.MemoryHsm;
import dev.kekkai.testing.store.TestDatabase;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/** A keyring in a real store, over an HSM in memory, with a clock that stands until it is set. */
final class KeyringFixture implements AutoCloseable {
    static final TenantId TENANT = TenantId.DEFAULT;
    static final Caller CALLER = new Caller(TENANT, "unix:/run/kekkai/kms.sock");
    private static final Order ORDER = new Order(TENANT, new Operator("root", "cli"), false);

    static final DeepProbe.Pace FAST =
            new DeepProbe.Pace(Duration.ofMillis(20), Duration.ofMillis(10), Duration.ofSeconds(5));

    private static final SecureRandom RANDOM = new SecureRandom();

    final MemoryHsm hsm;
    final Batcher batcher;
    final MemoryAudit audit = new MemoryAudit();
    final ScheduledThreadPoolExecutor background = new ScheduledThreadPoolExecutor(2);
    final MemorySigningKey signingKey = new MemorySigningKey();
    final ChainNotary notary;
    final SqlKeyringStore sql;
    final FlakyStore store;
    volatile Instant now = Instant.parse("2026-05-06T07:08:09Z");

    KeyringFixture(Path folder) throws Exception {
        this(folder, new MemoryHsm());
    }

    KeyringFixture(Path folder, MemoryHsm hsm) throws Exception {
        this(folder, hsm, TestDatabase.Kind.SQLITE.in(folder));
    }

    KeyringFixture(Path folder, MemoryHsm hsm, TestDatabase database) throws Exception {
        this.hsm = hsm;
        this.batcher = new Batcher(hsm, Capacity.auto(Capacity.MOST_LEAVES, 2, 8));
        background.setRemoveOnCancelPolicy(true);
        notary = Hosts.notary(signingKey, folder);
        sql = database.open(notary);
        store = new FlakyStore(sql);
    }

    InstantSource clock() {
        return () -> now;
    }

    KeyAdministration administration() {
        return new KeyAdministration(store, new Reconciler(sql, notary), hsm, hsm, audit, clock(), Duration.ofDays(90));
    }

    StoredVersion create() throws Exception {
        return create(false);
    }

    StoredVersion create(boolean newKeyring) throws Exception {
        return administration()
                .create(ORDER, Mechanism.AES_GCM, newKeyring)
                .versions()
                .getFirst();
    }

    List<StoredVersion> adopt(@Nullable Lineage wanted, boolean acceptProvenance) throws Exception {
        return administration().adopt(ORDER, wanted, acceptProvenance).versions();
    }

    StoredKeyring stored() throws Exception {
        return sql.load(TENANT).orElseThrow();
    }

    Snapshot snapshot() throws Exception {
        return Snapshot.of(stored()).orElseThrow();
    }

    KeyringOpener opener() {
        return new KeyringOpener(store, hsm, hsm);
    }

    /** In service, without its background probe. */
    Keyring keyring() throws Exception {
        Keyring keyring = new Keyring(opener().open(TENANT), store, hsm, background, FAST);
        for (StoredVersion version : keyring.snapshot().versions().values()) {
            // So that the first use does not meet a block that is still being reserved.
            Awaitility.await().until(() -> keyring.use(version) == UseCounter.Taken.GRANTED);
        }
        return keyring;
    }

    LocalDekService service(Keyring keyring) {
        return new LocalDekService(Map.of(TENANT, keyring), batcher, audit, clock(), background);
    }

    /** A version as no administration would store it. */
    static StoredVersion version(
            Lineage lineage, int number, KeyState state, @Nullable Long epoch, @Nullable Instant retired) {
        return new StoredVersion(
                new Kek(randomId(), lineage, number, Mechanism.AES_GCM),
                state,
                epoch,
                Provenance.BORN_INSIDE,
                new byte[0],
                Instant.EPOCH,
                retired,
                0);
    }

    static VersionId randomId() {
        byte[] id = new byte[VersionId.LENGTH];
        RANDOM.nextBytes(id);
        return VersionId.of(id);
    }

    static Lineage randomLineage() {
        return new Lineage(UUID.randomUUID());
    }

    static WrapRequest wrap(Secret dek, @Nullable KeyId told) {
        return wrap(dek, told, Deadline.in(Duration.ofSeconds(30)));
    }

    static WrapRequest wrap(Secret dek, @Nullable KeyId told, Deadline deadline) {
        return new WrapRequest(CALLER, "v2", "uid-1", dek, told, deadline);
    }

    static UnwrapRequest unwrap(WrappedDek wrapped) {
        return unwrap(wrapped.envelope(), wrapped.keyId());
    }

    static UnwrapRequest unwrap(byte[] envelope, @Nullable KeyId keyId) {
        return new UnwrapRequest(CALLER, "v2", "uid-2", envelope, keyId, Deadline.in(Duration.ofSeconds(30)));
    }

    static Secret dek() {
        byte[] bytes = new byte[32];
        RANDOM.nextBytes(bytes);
        return Secret.owning(bytes);
    }

    /** What a stage answers with; a failure is thrown as it is. */
    static <T> T result(CompletionStage<T> stage) throws Exception {
        try {
            return stage.toCompletableFuture().get(20, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Exception cause ? cause : e;
        }
    }

    @Override
    public void close() throws StoreException {
        background.shutdownNow();
        batcher.close();
        sql.close();
    }
}
