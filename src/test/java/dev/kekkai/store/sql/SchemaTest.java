package dev.kekkai.store.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kekkai.authority.ChainNotary;
import dev.kekkai.authority.Reconciler;
import dev.kekkai.id.TenantId;
import dev.kekkai.store.KeyState;
import dev.kekkai.store.StoredVersion;
import dev.kekkai.store.UntrustedStoreException;
import dev.kekkai.testing.authority.Hosts;
import dev.kekkai.testing.authority.MemorySigningKey;
import dev.kekkai.testing.store.TestDatabase;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import org.postgresql.ds.PGSimpleDataSource;
import org.sqlite.SQLiteDataSource;

/** Databases whose schema is older or newer than this binary, or nobody's. */
@ParameterizedClass
@EnumSource(TestDatabase.Kind.class)
class SchemaTest {
    private static final String ID = "00112233445566778899aabbccddeeff";
    private static final String LINEAGE = "0a0b0c0d-1111-4222-8333-444455556666";

    @TempDir
    Path folder;

    @Parameter
    TestDatabase.Kind kind;

    private final MemorySigningKey key = new MemorySigningKey();
    private TestDatabase database;
    private ChainNotary notary;

    @BeforeEach
    void a_database_without_a_schema() throws Exception {
        database = kind.in(folder);
        notary = Hosts.notary(key, folder);
    }

    /** As the versions of Kekkai left it that knew the first schema only. */
    private void ofTheFirstSchema() throws Exception {
        switch (database) {
            case TestDatabase.Sqlite sqlite -> {
                SQLiteDataSource source = new SQLiteDataSource();
                source.setUrl("jdbc:sqlite:" + sqlite.file());
                migrate(source);
            }
            case TestDatabase.Postgresql postgresql -> {
                PGSimpleDataSource source = new PGSimpleDataSource();
                source.setUrl(postgresql.name());
                source.setUser("postgres");
                migrate(source);
            }
        }
        database.change(
                "INSERT INTO keyring VALUES ('" + TenantId.DEFAULT + "', '" + LINEAGE + "', 0)",
                "INSERT INTO key_version VALUES ('" + ID + "', '" + LINEAGE
                        + "', 1, 1, 'ACTIVE', 1, 1, 1, 1, '0102', 1000, NULL, 65536)");
    }

    private static void migrate(DataSource source) {
        Flyway.configure()
                .dataSource(source)
                .locations("classpath:db/migration")
                .target("1")
                .load()
                .migrate();
    }

    private List<String> everything() throws Exception {
        List<String> all =
                new ArrayList<>(database.all("SELECT version FROM flyway_schema_history ORDER BY installed_rank"));
        all.addAll(database.all("SELECT version_id FROM key_version"));
        return all;
    }

    @Test
    void an_older_one_is_brought_forward_by_who_may_change_it_and_keeps_its_keys() throws Exception {
        ofTheFirstSchema();

        try (SqlKeyringStore store = database.open(SchemaChange.FORWARD, notary)) {
            assertThat(database.ask("SELECT MAX(version) FROM flyway_schema_history"))
                    .isEqualTo("6");
            assertThatThrownBy(() -> store.load(TenantId.DEFAULT))
                    .isInstanceOf(UntrustedStoreException.class)
                    .hasMessageContaining("from before Kekkai kept an authority chain");

            Reconciler reconciler = new Reconciler(store, notary);
            assertThat(reconciler.unchained()).contains("keyring " + LINEAGE + " with 1 key version(s)");
            reconciler.takeOver(false);

            StoredVersion version =
                    store.load(TenantId.DEFAULT).orElseThrow().versions().getFirst();
            assertThat(version.kek().version()).hasToString(ID);
            assertThat(version.state()).isEqualTo(KeyState.ACTIVE);
            assertThat(version.usesReserved()).isEqualTo(65_536);
            assertThat(reconciler.unchained()).isEmpty();
        }
    }

    @Test
    void an_older_one_is_left_alone_by_who_only_looks() throws Exception {
        ofTheFirstSchema();
        List<String> before = everything();

        assertThatThrownBy(() -> database.open(SchemaChange.ONLY_IF_EMPTY, notary))
                .isInstanceOf(UntrustedStoreException.class)
                .hasMessageContaining("has version 1")
                .hasMessageContaining("needs version 6")
                .hasMessageContaining("'kekkai serve' brings it forward");

        assertThat(everything()).isEqualTo(before);
    }

    @Test
    void a_newer_one_is_refused_unchanged() throws Exception {
        database.open(SchemaChange.FORWARD, notary).close();
        String yes = kind == TestDatabase.Kind.SQLITE ? "1" : "true";
        database.change(
                "INSERT INTO flyway_schema_history (installed_rank, version, description, type, script, checksum,"
                        + " installed_by, installed_on, execution_time, success)"
                        + " VALUES (9999, '9999', 'from the future', 'SQL', 'V9999__from_the_future.sql', 1, 'x', '2030-01-01 00:00:00.000', 1, "
                        + yes + ")",
                "CREATE TABLE from_the_future (x TEXT)");
        List<String> before = everything();

        for (SchemaChange allowed : SchemaChange.values()) {
            assertThatThrownBy(() -> database.open(allowed, notary))
                    .isInstanceOf(UntrustedStoreException.class)
                    .hasMessageContaining(database.name())
                    .hasMessageContaining("has version 9999")
                    .hasMessageContaining("Nothing was changed; run that version");
        }

        assertThat(everything()).isEqualTo(before);
    }

    @Test
    void one_whose_migration_was_not_ours_is_refused() throws Exception {
        database.open(SchemaChange.FORWARD, notary).close();
        database.change("UPDATE flyway_schema_history SET checksum = checksum + 1 WHERE version = '2'");

        for (SchemaChange allowed : SchemaChange.values()) {
            assertThatThrownBy(() -> database.open(allowed, notary))
                    .isInstanceOf(UntrustedStoreException.class)
                    .hasMessageContaining("does not fit this version of Kekkai")
                    .hasMessageContaining("checksum");
        }
    }

    @Test
    void one_with_the_tables_of_others_is_left_alone() throws Exception {
        database.change("CREATE TABLE somebody_elses (x TEXT)");

        assertThatThrownBy(() -> database.open(SchemaChange.FORWARD, notary))
                .isInstanceOf(UntrustedStoreException.class)
                .hasMessageContaining(database.name());
    }

    @Test
    void an_empty_one_gets_a_schema_even_from_who_only_looks() throws Exception {
        try (SqlKeyringStore store = database.open(SchemaChange.ONLY_IF_EMPTY, notary)) {
            assertThat(store.load(TenantId.DEFAULT)).isEmpty();
        }
        assertThat(key.existing()).as("nothing was made in the HSM").isEmpty();
    }
}
