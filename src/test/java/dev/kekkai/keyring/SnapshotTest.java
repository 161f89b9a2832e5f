package dev.kekkai.keyring;

import static dev.kekkai.keyring.KeyringFixture.TENANT;
import static dev.kekkai.keyring.KeyringFixture.randomLineage;
import static dev.kekkai.keyring.KeyringFixture.version;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kekkai.id.KeyId;
import dev.kekkai.id.Lineage;
import dev.kekkai.id.VersionId;
import dev.kekkai.store.KeyState;
import dev.kekkai.store.StoredKeyring;
import dev.kekkai.store.StoredVersion;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SnapshotTest {
    private static final Lineage LINEAGE = randomLineage();

    private final StoredVersion retired = version(LINEAGE, 1, KeyState.RETIRED, 4L, Instant.EPOCH);
    private final StoredVersion active = version(LINEAGE, 2, KeyState.ACTIVE, 9L, null);
    private final StoredVersion prepared = version(LINEAGE, 3, KeyState.PREPARED, null, null);

    @Test
    void it_tells_the_key_id_of_the_active_version_and_knows_each_that_was_ever_told() {
        Snapshot snapshot = of(0, Map.of(), retired, active, prepared);

        assertThat(snapshot.active()).isEqualTo(active);
        assertThat(snapshot.epoch()).isEqualTo(9);
        assertThat(snapshot.keyId()).isEqualTo(KeyId.of(id(active), 9));
        assertThat(snapshot.keyIds())
                .isEqualTo(Map.of(KeyId.of(id(active), 9), id(active), KeyId.of(id(retired), 4), id(retired)));
        assertThat(snapshot.versions()).containsOnlyKeys(id(retired), id(active), id(prepared));
    }

    @Test
    void a_learned_key_id_is_known_like_any_other() {
        KeyId learned = KeyId.of(id(prepared), 2);

        Snapshot snapshot = of(0, Map.of(learned, id(prepared)), active, prepared);

        assertThat(snapshot.keyIds()).containsEntry(learned, id(prepared));
    }

    @Test
    void the_highest_epoch_is_the_floor_or_the_last_activation_whichever_is_higher() {
        assertThat(of(100, Map.of(), retired, active).highestEpoch()).isEqualTo(100);
        assertThat(of(3, Map.of(), retired, active).highestEpoch()).isEqualTo(9);
    }

    @Test
    void without_an_active_version_there_is_none() {
        assertThat(Snapshot.of(stored(0, Map.of(), retired, prepared))).isEmpty();
        assertThat(Snapshot.of(stored(0, Map.of()))).isEmpty();
    }

    @Test
    void an_active_version_without_an_epoch_is_a_broken_store() {
        StoredVersion broken = version(LINEAGE, 1, KeyState.ACTIVE, null, null);

        assertThatThrownBy(() -> Snapshot.of(stored(0, Map.of(), broken))).isInstanceOf(IllegalStateException.class);
    }

    private static Snapshot of(long floor, Map<KeyId, VersionId> learned, StoredVersion... versions) {
        return Snapshot.of(stored(floor, learned, versions)).orElseThrow();
    }

    private static StoredKeyring stored(long floor, Map<KeyId, VersionId> learned, StoredVersion... versions) {
        return new StoredKeyring(TENANT, LINEAGE, floor, List.of(versions), learned);
    }

    private static VersionId id(StoredVersion version) {
        return version.kek().version();
    }
}
