package dev.kekkai.store.sql;

import dev.kekkai.custody.Kek;
import dev.kekkai.custody.Provenance;
import dev.kekkai.envelope.Mechanism;
import dev.kekkai.id.Lineage;
import dev.kekkai.id.VersionId;
import dev.kekkai.store.KeyState;
import dev.kekkai.store.StoredVersion;
import java.security.SecureRandom;
import java.time.Instant;

/** Key versions to put into a store. */
final class StoredVersions {
    static final Instant CREATED = Instant.parse("2026-01-02T03:04:05.678Z");

    private static final SecureRandom RANDOM = new SecureRandom();

    private StoredVersions() {}

    static VersionId randomId() {
        byte[] id = new byte[VersionId.LENGTH];
        RANDOM.nextBytes(id);
        return VersionId.of(id);
    }

    static StoredVersion prepared(Lineage lineage, int number) {
        return version(
                lineage, number, KeyState.PREPARED, new Provenance(true, true, true), new byte[] {1, 2, (byte) 0xFF});
    }

    static StoredVersion version(Lineage lineage, int number, KeyState state, Provenance provenance, byte[] canary) {
        Kek kek = new Kek(randomId(), lineage, number, Mechanism.AES_GCM);
        return new StoredVersion(kek, state, null, provenance, canary, CREATED, null, 0);
    }
}
