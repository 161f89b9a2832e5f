package dev.kekkai.store.sql;

import dev.kekkai.custody.Provenance;
import dev.kekkai.id.ApprovalId;
import dev.kekkai.id.TenantId;
import dev.kekkai.id.VersionId;
import dev.kekkai.store.KeyringEvent;
import dev.kekkai.store.StoreException;
import dev.kekkai.store.StoredVersion;
import dev.kekkai.store.VersionStates;
import java.time.Instant;
import java.util.Optional;

/** Each step is one event; whoever seals it refuses one that is taken twice or out of turn. */
final class SqlVersionStates implements VersionStates {
    private final SqlKeyringStore store;

    SqlVersionStates(SqlKeyringStore store) {
        this.store = store;
    }

    @Override
    public void schedule(TenantId tenant, VersionId version, Instant at) throws StoreException {
        step("set the time of activation of", tenant, new KeyringEvent.Scheduled(version, at));
    }

    @Override
    public void retire(TenantId tenant, VersionId version, Instant now) throws StoreException {
        step("retire", tenant, new KeyringEvent.Retired(version, now));
    }

    @Override
    public void disable(TenantId tenant, VersionId version, Instant now) throws StoreException {
        step("disable", tenant, new KeyringEvent.Disabled(version, now));
    }

    @Override
    public void enable(TenantId tenant, VersionId version) throws StoreException {
        step("enable", tenant, new KeyringEvent.Enabled(version));
    }

    @Override
    public void beginDestroying(TenantId tenant, VersionId version, Instant now, Optional<ApprovalId> approval)
            throws StoreException {
        store.change("begin to destroy a key version", tenant, approval, before -> Optional.of(
                        new KeyringEvent.DestructionBegun(version, now))
                .filter(event -> before.stream()
                        .flatMap(keyring -> keyring.versions().stream())
                        .filter(known -> known.kek().version().equals(version))
                        .map(StoredVersion::destroyBegun)
                        .noneMatch(begun -> begun != null))
                .map(KeyringEvent.class::cast));
    }

    @Override
    public void destroyed(TenantId tenant, VersionId version) throws StoreException {
        step("destroy", tenant, new KeyringEvent.Destroyed(version));
    }

    @Override
    public void replaceProvenance(TenantId tenant, VersionId version, Provenance now) throws StoreException {
        step("record the history of", tenant, new KeyringEvent.ProvenanceAccepted(version, now));
    }

    @Override
    public void replaceCanary(TenantId tenant, VersionId version, byte[] canary) throws StoreException {
        step("replace the canary of", tenant, new KeyringEvent.CanaryReplaced(version, canary));
    }

    private void step(String what, TenantId tenant, KeyringEvent event) throws StoreException {
        store.change(what + " a key version", tenant, before -> Optional.of(event));
    }
}
