package dev.kekkai.store;

import dev.kekkai.id.KeyId;
import dev.kekkai.id.Lineage;
import dev.kekkai.id.TenantId;
import dev.kekkai.id.VersionId;
import java.util.List;
import java.util.Map;

/**
 * What is remembered of a tenant's keyring.
 *
 * @param lineage its immutable identity
 * @param epochFloor no activation gets an epoch at or below this
 * @param versions by number
 * @param learnedKeyIds {@code key_id}s of versions whose epoch was lost with an earlier database, proved when first seen
 */
public record StoredKeyring(
        TenantId tenant,
        Lineage lineage,
        long epochFloor,
        List<StoredVersion> versions,
        Map<KeyId, VersionId> learnedKeyIds) {
    public StoredKeyring {
        versions = List.copyOf(versions);
        learnedKeyIds = Map.copyOf(learnedKeyIds);
    }

    /** What the next activation gets: above every epoch that this keyring has given, and above its floor. */
    public long nextEpoch() {
        long highest = epochFloor;
        for (StoredVersion version : versions) {
            Long epoch = version.epoch();
            highest = epoch == null ? highest : Math.max(highest, epoch);
        }
        return Math.addExact(highest, 1);
    }
}
