package dev.kekkai.store;

import dev.kekkai.custody.Provenance;
import dev.kekkai.id.ApprovalId;
import dev.kekkai.id.TenantId;
import dev.kekkai.id.VersionId;
import java.time.Instant;
import java.util.Optional;

/**
 * Moves versions through their life, and replaces what is remembered of their keys. Every method is one transaction: it finds the version in the
 * state it must start from and changes it durably, or throws and changes nothing. Safe for many threads; may block on the disk.
 */
public interface VersionStates {
    /** Sets the time at which a PREPARED version is to become ACTIVE; at most one of a keyring has one. Nothing here waits for it. */
    void schedule(TenantId tenant, VersionId version, Instant at) throws StoreException;

    /** PREPARED to RETIRED: it was not wanted, and never wraps. A time set for it is forgotten. */
    void retire(TenantId tenant, VersionId version, Instant now) throws StoreException;

    /** RETIRED to DISABLED. */
    void disable(TenantId tenant, VersionId version, Instant now) throws StoreException;

    /** DISABLED to RETIRED, also if its destruction had been begun: the caller has seen that the key is whole. */
    void enable(TenantId tenant, VersionId version) throws StoreException;

    /**
     * Marks a DISABLED version as one whose objects in the HSM may be gone from now on. Repeating it keeps the first time.
     *
     * @param approval what allows it, used up by it; empty for the host's own word, which is refused where the rule says so
     */
    void beginDestroying(TenantId tenant, VersionId version, Instant now, Optional<ApprovalId> approval)
            throws StoreException;

    /** The same on the host's own word. */
    default void beginDestroying(TenantId tenant, VersionId version, Instant now) throws StoreException {
        beginDestroying(tenant, version, now, Optional.empty());
    }

    /** DISABLED to DESTROYED, once its destruction was begun. */
    void destroyed(TenantId tenant, VersionId version) throws StoreException;

    /** Replaces the history that is remembered of a key. */
    void replaceProvenance(TenantId tenant, VersionId version, Provenance provenance) throws StoreException;

    /** Replaces the canary of a RETIRED or DISABLED version. */
    void replaceCanary(TenantId tenant, VersionId version, byte[] canary) throws StoreException;
}
