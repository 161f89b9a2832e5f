package dev.kekkai.store;

import dev.kekkai.id.KeyId;
import dev.kekkai.id.Lineage;
import dev.kekkai.id.TenantId;
import dev.kekkai.id.VersionId;
import java.time.Instant;
import java.util.Optional;

/**
 * Keeps keyrings. Every method is one transaction: done and durable when it returns, or not at all. Safe for many threads; may block on the disk.
 */
public interface KeyringStore {
    /** The most uses that a version may ever have: 2^32, the bound for random 96-bit IVs (SP 800-38D §8.3). */
    long MOST_USES = 1L << 32;

    /** The keyring of a tenant, or empty if none was ever made. */
    Optional<StoredKeyring> load(TenantId tenant) throws StoreException;

    /**
     * The same, for a server that has one in service already: it must not go back to an older one.
     *
     * @throws UntrustedStoreException also if the store is behind what this host has seen of it
     */
    Optional<StoredKeyring> latest(TenantId tenant) throws StoreException;

    /** Makes an empty keyring. */
    void createKeyring(TenantId tenant, Lineage lineage, long epochFloor) throws StoreException;

    /** Sees to it that no later activation gets an epoch at or below this; never lowers what is there. */
    void raiseEpochFloor(TenantId tenant, long epochFloor) throws StoreException;

    /** Registers a version that is not ACTIVE. */
    void addVersion(TenantId tenant, StoredVersion version) throws StoreException;

    /**
     * Makes a PREPARED version ACTIVE with an epoch above every earlier one, and the one that was ACTIVE before RETIRED. A time that was
     * set for it is forgotten.
     *
     * @return the epoch
     */
    long activate(TenantId tenant, VersionId version, Instant now) throws StoreException;

    /**
     * Sets uses aside before they are made.
     *
     * @param wanted at least 1
     * @return whether they were granted; false once {@link #MOST_USES} would be passed
     */
    boolean reserveUses(VersionId version, long wanted) throws StoreException;

    /** Remembers a {@code key_id} that was proved to belong to a version. Repeating it changes nothing. */
    void learnKeyId(KeyId keyId, VersionId version) throws StoreException;

    /** The other steps in the life of a version. */
    VersionStates states();
}
