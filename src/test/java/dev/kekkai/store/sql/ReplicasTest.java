package dev.kekkai.store.sql;

import static dev.kekkai.store.sql.StoredVersions.prepared;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kekkai.id.Lineage;
import dev.kekkai.id.TenantId;
import dev.kekkai.store.KeyState;
import dev.kekkai.store.StoreException;
import dev.kekkai.store.StoredVersion;
import dev.kekkai.testing.authority.Hosts;
import dev.kekkai.testing.authority.MemorySigningKey;
import dev.kekkai.testing.store.PostgresServer;
import dev.kekkai.testing.store.TestDatabase;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Several hosts on one PostgreSQL, all at once. */
class ReplicasTest {
    private static final TenantId TENANT = TenantId.DEFAULT;
    private static final int HOSTS = 4;

    @TempDir
    Path folder;

    private final MemorySigningKey key = new MemorySigningKey();
    private final List<SqlKeyringStore> hosts = new ArrayList<>();

    @BeforeEach
    void hosts_that_start_at_once_on_an_empty_database() throws Exception {
        TestDatabase.Postgresql database = PostgresServer.shared().database();
        hosts.addAll(allAtOnce(
                host -> database.open(Hosts.notary(key, Files.createDirectory(folder.resolve("host-" + host))))));
    }

    @AfterEach
    void close_them() {
        hosts.forEach(SqlKeyringStore::close);
    }

    private interface Work<T> {
        T of(int host) throws Exception;
    }

    private static <T> List<T> allAtOnce(Work<T> work) throws Exception {
        try (ExecutorService threads = Executors.newFixedThreadPool(HOSTS)) {
            List<Callable<T>> all = new ArrayList<>();
            for (int host = 0; host < HOSTS; host++) {
                int number = host;
                all.add(() -> work.of(number));
            }
            List<T> results = new ArrayList<>();
            for (Future<T> each : threads.invokeAll(all)) {
                results.add(each.get());
            }
            return results;
        }
    }

    private interface Step {
        void on(SqlKeyringStore store) throws StoreException;
    }

    private int succeeded(Step step) throws Exception {
        return (int) allAtOnce(host -> {
                    try {
                        step.on(hosts.get(host));
                        return true;
                    } catch (StoreException e) {
                        return false;
                    }
                })
                .stream()
                .filter(done -> done)
                .count();
    }

    @Test
    void one_of_them_makes_the_keyring_and_the_chain_and_each_number_is_given_once() throws Exception {
        assertThat(succeeded(store -> store.createKeyring(TENANT, new Lineage(UUID.randomUUID()), 0)))
                .isEqualTo(1);
        Lineage lineage = hosts.getFirst().load(TENANT).orElseThrow().lineage();

        assertThat(succeeded(store -> store.addVersion(TENANT, prepared(lineage, 1))))
                .isEqualTo(1);

        for (SqlKeyringStore host : hosts) {
            assertThat(host.load(TENANT).orElseThrow().versions()).hasSize(1);
        }
    }

    @Test
    void one_version_is_active_whoever_activates_and_every_epoch_is_given_once() throws Exception {
        Lineage lineage = new Lineage(UUID.randomUUID());
        hosts.getFirst().createKeyring(TENANT, lineage, 0);
        List<StoredVersion> versions = new ArrayList<>();
        for (int number = 1; number <= HOSTS; number++) {
            versions.add(prepared(lineage, number));
            hosts.getFirst().addVersion(TENANT, versions.getLast());
        }

        List<Long> epochs = allAtOnce(host ->
                hosts.get(host).activate(TENANT, versions.get(host).kek().version(), Instant.EPOCH));

        assertThat(epochs).containsExactlyInAnyOrder(1L, 2L, 3L, 4L);
        assertThat(hosts.getLast().load(TENANT).orElseThrow().versions())
                .extracting(StoredVersion::state)
                .containsOnlyOnce(KeyState.ACTIVE);
    }

    @Test
    void uses_add_up_over_all_of_them_while_others_change_the_keyring() throws Exception {
        Lineage lineage = new Lineage(UUID.randomUUID());
        StoredVersion version = prepared(lineage, 1);
        hosts.getFirst().createKeyring(TENANT, lineage, 0);
        hosts.getFirst().addVersion(TENANT, version);

        allAtOnce(host -> {
            for (int i = 0; i < 25; i++) {
                assertThat(hosts.get(host).reserveUses(version.kek().version(), 3))
                        .isTrue();
                if (i % 5 == 0) {
                    hosts.get(host).raiseEpochFloor(TENANT, host * 100L + i);
                }
            }
            return host;
        });

        assertThat(hosts.getFirst()
                        .load(TENANT)
                        .orElseThrow()
                        .versions()
                        .getFirst()
                        .usesReserved())
                .isEqualTo(HOSTS * 25 * 3);
    }
}
