package dev.kekkai.keyring;

import dev.kekkai.id.KeyId;
import dev.kekkai.id.Lineage;
import dev.kekkai.id.TenantId;
import dev.kekkai.id.VersionId;
import dev.kekkai.store.KeyState;
import dev.kekkai.store.StoredKeyring;
import dev.kekkai.store.StoredVersion;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A keyring as it was at one moment: Status and Encrypt read the same one, so that they cannot disagree.
 *
 * @param active the version that wraps
 * @param keyId of the active version
 * @param epoch of its activation
 * @param versions all of them
 * @param keyIds which {@code key_id} belongs to which version, as far as known
 * @param highestEpoch no activation so far had a higher one
 */
public record Snapshot(
        TenantId tenant,
        Lineage lineage,
        StoredVersion active,
        KeyId keyId,
        long epoch,
        Map<VersionId, StoredVersion> versions,
        Map<KeyId, VersionId> keyIds,
        long highestEpoch) {
    public Snapshot {
        versions = Map.copyOf(versions);
        keyIds = Map.copyOf(keyIds);
    }

    /** The snapshot of a stored keyring, if it has an ACTIVE version. */
    static Optional<Snapshot> of(StoredKeyring stored) {
        Map<VersionId, StoredVersion> versions = new HashMap<>();
        Map<KeyId, VersionId> keyIds = new HashMap<>(stored.learnedKeyIds());
        long highest = stored.epochFloor();
        for (StoredVersion version : stored.versions()) {
            VersionId id = version.kek().version();
            Long epoch = version.epoch();
            versions.put(id, version);
            if (epoch != null) {
                keyIds.put(KeyId.of(id, epoch), id);
                highest = Math.max(highest, epoch);
            }
        }
        long highestEpoch = highest;
        return stored.versions().stream()
                .filter(version -> version.state() == KeyState.ACTIVE)
                .findFirst()
                .map(active -> of(stored, active, versions, keyIds, highestEpoch));
    }

    private static Snapshot of(
            StoredKeyring stored,
            StoredVersion active,
            Map<VersionId, StoredVersion> versions,
            Map<KeyId, VersionId> keyIds,
            long highestEpoch) {
        Long epoch = active.epoch();
        if (epoch == null) {
            throw new IllegalStateException("the store has an ACTIVE version without an epoch: "
                    + active.kek().version());
        }
        KeyId keyId = KeyId.of(active.kek().version(), epoch);
        return new Snapshot(stored.tenant(), stored.lineage(), active, keyId, epoch, versions, keyIds, highestEpoch);
    }
}
