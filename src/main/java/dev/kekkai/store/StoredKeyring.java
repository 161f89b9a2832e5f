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
}
