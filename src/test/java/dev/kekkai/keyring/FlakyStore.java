package dev.kekkai.keyring;

import dev.kekkai.id.KeyId;
import dev.kekkai.id.Lineage;
import dev.kekkai.id.TenantId;
import dev.kekkai.id.VersionId;
import dev.kekkai.store.KeyringStore;
import dev.kekkai.store.StoreException;
import dev.kekkai.store.StoredKeyring;
import dev.kekkai.store.StoredVersion;
import dev.kekkai.store.VersionStates;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/** A store that fails on demand, over a real one. */
final class FlakyStore implements KeyringStore {
    private volatile KeyringStore store;
    private volatile boolean down;
    private volatile boolean failingActivations;
    private final AtomicInteger activations = new AtomicInteger();

    FlakyStore(KeyringStore store) {
        this.store = store;
    }

    /** That the connections lead to another database from now on, as after a fail-over. */
    void leadTo(KeyringStore other) {
        store = other;
    }

    void down(boolean now) {
        down = now;
    }

    /** That activations fail and nothing else. */
    void failActivations(boolean now) {
        failingActivations = now;
    }

    /** How often an activation was asked for. */
    int activations() {
        return activations.get();
    }

    private KeyringStore up() throws StoreException {
        if (down) {
            throw new StoreException("the disk is gone");
        }
        return store;
    }

    @Override
    public Optional<StoredKeyring> load(TenantId tenant) throws StoreException {
        return up().load(tenant);
    }

    @Override
    public Optional<StoredKeyring> latest(TenantId tenant) throws StoreException {
        return up().latest(tenant);
    }

    @Override
    public void createKeyring(TenantId tenant, Lineage lineage, long epochFloor) throws StoreException {
        up().createKeyring(tenant, lineage, epochFloor);
    }

    @Override
    public void raiseEpochFloor(TenantId tenant, long epochFloor) throws StoreException {
        up().raiseEpochFloor(tenant, epochFloor);
    }

    @Override
    public void addVersion(TenantId tenant, StoredVersion version) throws StoreException {
        up().addVersion(tenant, version);
    }

    @Override
    public long activate(TenantId tenant, VersionId version, Instant now) throws StoreException {
        activations.incrementAndGet();
        if (failingActivations) {
            throw new StoreException("the disk is full");
        }
        return up().activate(tenant, version, now);
    }

    @Override
    public boolean reserveUses(VersionId version, long wanted) throws StoreException {
        return up().reserveUses(version, wanted);
    }

    @Override
    public void learnKeyId(KeyId keyId, VersionId version) throws StoreException {
        up().learnKeyId(keyId, version);
    }

    @Override
    public VersionStates states() {
        return store.states();
    }
}
