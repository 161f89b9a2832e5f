package dev.kekkai.store.sql;

import static dev.kekkai.store.sql.StoredVersions.CREATED;
import static dev.kekkai.store.sql.StoredVersions.prepared;
import static dev.kekkai.store.sql.StoredVersions.randomId;
import static dev.kekkai.store.sql.StoredVersions.version;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kekkai.custody.Provenance;
import dev.kekkai.id.KeyId;
import dev.kekkai.id.Lineage;
import dev.kekkai.id.TenantId;
import dev.kekkai.id.VersionId;
import dev.kekkai.store.KeyState;
import dev.kekkai.store.KeyringStore;
import dev.kekkai.store.StoreException;
import dev.kekkai.store.StoredKeyring;
import dev.kekkai.store.StoredVersion;
import dev.kekkai.testing.authority.Hosts;
import dev.kekkai.testing.authority.MemorySigningKey;
import dev.kekkai.testing.store.TestDatabase;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource(TestDatabase.Kind.class)
class SqlKeyringStoreTest {
    private static final TenantId TENANT = TenantId.DEFAULT;
    private static final TenantId STRANGER = new TenantId(UUID.randomUUID());
    private static final Lineage LINEAGE = new Lineage(UUID.randomUUID());
    private static final Instant NOW = Instant.parse("2026-02-03T04:05:06.007Z");

    @TempDir
    Path folder;

    @Parameter
    TestDatabase.Kind kind;

    private final MemorySigningKey key = new MemorySigningKey();
    private TestDatabase database;
    private SqlKeyringStore store;

    @BeforeEach
    void open_a_store_with_an_empty_keyring() throws Exception {
        database = kind.in(folder);
        store = database.open(Hosts.notary(key, folder));
        store.createKeyring(TENANT, LINEAGE, 0);
    }

    @AfterEach
    void close_it() throws Exception {
        store.close();
    }

    @Test
    void a_tenant_without_a_keyring_has_none_and_a_new_one_is_empty() throws Exception {
        assertThat(store.load(STRANGER)).isEmpty();
        assertThat(keyring()).isEqualTo(new StoredKeyring(TENANT, LINEAGE, 0, List.of(), Map.of()));
    }

    @Test
    void each_tenant_has_one_keyring_of_its_own() throws Exception {
        Lineage other = new Lineage(UUID.randomUUID());
        store.createKeyring(STRANGER, other, 0);

        assertThatThrownBy(() -> store.createKeyring(TENANT, new Lineage(UUID.randomUUID()), 0))
                .isInstanceOf(StoreException.class);
        assertThatThrownBy(() -> store.createKeyring(STRANGER, new Lineage(UUID.randomUUID()), 0))
                .isInstanceOf(StoreException.class);
        assertThat(store.load(STRANGER)).contains(new StoredKeyring(STRANGER, other, 0, List.of(), Map.of()));
        assertThat(keyring().lineage()).isEqualTo(LINEAGE);
    }

    @Test
    void everything_about_a_version_survives_closing_and_opening() throws Exception {
        StoredVersion stored = version(
                LINEAGE, 7, KeyState.RETIRED, new Provenance(false, true, false), new byte[] {0, 1, (byte) 0x80, -1});

        store.addVersion(TENANT, stored);
        reopen();

        StoredVersion found = onlyVersion();
        assertThat(found).usingRecursiveComparison().isEqualTo(stored);
        assertThat(found.kek().version().bytes())
                .isEqualTo(stored.kek().version().bytes());
        assertThat(found.canary()).isEqualTo(stored.canary());
        assertThat(found.created()).isEqualTo(CREATED);
        assertThat(found.epoch()).isNull();
        assertThat(found.retired()).isNull();
    }

    @Test
    void versions_come_by_number() throws Exception {
        for (int number : new int[] {3, 1, 10, 2}) {
            store.addVersion(TENANT, prepared(LINEAGE, number));
        }

        assertThat(keyring().versions()).extracting(v -> v.kek().number()).containsExactly(1, 2, 3, 10);
    }

    @Test
    void a_number_or_a_version_id_is_taken_once() throws Exception {
        StoredVersion first = prepared(LINEAGE, 1);
        store.addVersion(TENANT, first);

        assertThatThrownBy(() -> store.addVersion(TENANT, prepared(LINEAGE, 1))).isInstanceOf(StoreException.class);
        assertThatThrownBy(() -> store.addVersion(TENANT, first)).isInstanceOf(StoreException.class);
        assertThat(keyring().versions()).hasSize(1);
    }

    @Test
    void a_version_of_another_lineage_or_tenant_is_refused() throws Exception {
        assertThatThrownBy(() -> store.addVersion(TENANT, prepared(new Lineage(UUID.randomUUID()), 1)))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("no keyring of lineage");
        assertThatThrownBy(() -> store.addVersion(STRANGER, prepared(LINEAGE, 1)))
                .isInstanceOf(StoreException.class);
        assertThat(keyring().versions()).isEmpty();
    }

    @Test
    void an_activated_version_is_active_with_the_epoch_that_was_answered() throws Exception {
        VersionId id = added(1);

        long epoch = store.activate(TENANT, id, NOW);

        assertThat(epoch).isEqualTo(1);
        assertThat(onlyVersion().state()).isEqualTo(KeyState.ACTIVE);
        assertThat(onlyVersion().epoch()).isEqualTo(epoch);
    }

    @Test
    void exactly_one_version_is_active_and_the_one_before_is_retired_since_then() throws Exception {
        VersionId first = added(1);
        VersionId second = added(2);
        store.activate(TENANT, first, NOW.minusSeconds(60));

        store.activate(TENANT, second, NOW);

        assertThat(keyring().versions())
                .extracting(StoredVersion::state)
                .containsExactly(KeyState.RETIRED, KeyState.ACTIVE);
        assertThat(keyring().versions()).extracting(StoredVersion::retired).containsExactly(NOW, null);
        assertThat(keyring().versions()).extracting(StoredVersion::epoch).containsExactly(1L, 2L);
    }

    @Test
    void a_version_is_active_at_most_once_and_a_refusal_changes_nothing() throws Exception {
        VersionId first = added(1);
        VersionId second = added(2);
        store.activate(TENANT, first, NOW);
        store.activate(TENANT, second, NOW);
        StoredKeyring before = keyring();

        for (VersionId refused : new VersionId[] {first, second, randomId()}) {
            assertThatThrownBy(() -> store.activate(TENANT, refused, NOW.plusSeconds(1)))
                    .isInstanceOf(StoreException.class)
                    .hasMessageContaining("only a PREPARED version");
            assertThat(keyring()).usingRecursiveComparison().isEqualTo(before);
        }
        assertThatThrownBy(() -> store.activate(STRANGER, first, NOW)).isInstanceOf(StoreException.class);
    }

    @Test
    void epochs_grow_strictly_above_the_floor() throws Exception {
        store.close();
        Path rebuilt = Files.createDirectory(folder.resolve("rebuilt"));
        database = kind.in(rebuilt);
        store = database.open(Hosts.notary(key, folder));
        store.createKeyring(TENANT, LINEAGE, 8192);
        List<Long> epochs = new ArrayList<>();
        for (int number = 1; number <= 4; number++) {
            epochs.add(store.activate(TENANT, added(number), NOW));
            reopen();
        }

        assertThat(epochs).containsExactly(8193L, 8194L, 8195L, 8196L);
    }

    @Test
    void uses_are_reserved_up_to_2_to_the_32_and_not_one_further() throws Exception {
        VersionId id = added(1);

        assertThat(store.reserveUses(id, KeyringStore.MOST_USES - 3)).isTrue();
        assertThat(store.reserveUses(id, 4)).isFalse();
        assertThat(store.reserveUses(id, 3)).isTrue();
        assertThat(store.reserveUses(id, 1)).isFalse();
        assertThat(onlyVersion().usesReserved()).isEqualTo(4_294_967_296L);
        assertThatThrownBy(() -> store.reserveUses(randomId(), 1))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("no uses of it can be reserved");
    }

    @Test
    void reservations_at_the_same_time_add_up() throws Exception {
        VersionId id = added(1);
        try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
            List<Future<Boolean>> granted = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                granted.add(threads.submit(() -> store.reserveUses(id, 5)));
            }
            for (Future<Boolean> each : granted) {
                assertThat(each.get(20, TimeUnit.SECONDS)).isTrue();
            }
        }

        assertThat(onlyVersion().usesReserved()).isEqualTo(1000);
    }

    @Test
    void a_key_id_is_learned_once_and_repeating_it_changes_nothing() throws Exception {
        VersionId id = added(1);
        VersionId other = added(2);
        KeyId keyId = KeyId.of(id, 5);

        store.learnKeyId(keyId, id);
        store.learnKeyId(keyId, id);
        store.learnKeyId(keyId, other);
        reopen();

        assertThat(keyring().learnedKeyIds()).isEqualTo(Map.of(keyId, id));
    }

    @Test
    void a_key_id_of_a_version_that_is_not_stored_is_refused() {
        VersionId unknown = randomId();

        assertThatThrownBy(() -> store.learnKeyId(KeyId.of(unknown, 1), unknown))
                .isInstanceOf(StoreException.class);
    }

    private VersionId added(int number) throws StoreException {
        StoredVersion version = prepared(LINEAGE, number);
        store.addVersion(TENANT, version);
        return version.kek().version();
    }

    private StoredKeyring keyring() throws StoreException {
        return store.load(TENANT).orElseThrow();
    }

    private StoredVersion onlyVersion() throws StoreException {
        assertThat(keyring().versions()).hasSize(1);
        return keyring().versions().getFirst();
    }

    private void reopen() throws StoreException {
        store.close();
        store = database.open(Hosts.notary(key, folder));
    }
}
