package dev.kekkai.store.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kekkai.id.Lineage;
import dev.kekkai.id.TenantId;
import dev.kekkai.store.StoreException;
import dev.kekkai.testing.authority.Hosts;
import dev.kekkai.testing.authority.MemorySigningKey;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SqliteDatabaseTest {
    @TempDir
    Path folder;

    private final MemorySigningKey key = new MemorySigningKey();
    private Path file;

    @BeforeEach
    void name_the_file() {
        file = folder.resolve("kekkai.db");
    }

    @Test
    void a_fresh_database_has_the_schema_and_the_tenant_default() throws Exception {
        open(file).close();

        assertThat(ask("SELECT id FROM tenant WHERE name = 'default'")).isEqualTo(TenantId.DEFAULT.toString());
        assertThat(ask("SELECT COUNT(*) FROM tenant")).isEqualTo("1");
        assertThat(ask("SELECT MAX(version) FROM flyway_schema_history")).isEqualTo("6");
    }

    @Test
    void the_database_its_log_and_its_index_are_for_their_owner_only() throws Exception {
        try (SqlKeyringStore store = open(file)) {
            store.createKeyring(TenantId.DEFAULT, new Lineage(UUID.randomUUID()), 0);

            for (String suffix : new String[] {"", "-wal", "-shm"}) {
                assertThat(Files.getPosixFilePermissions(Path.of(file + suffix)))
                        .as("kekkai.db" + suffix)
                        .isEqualTo(PosixFilePermissions.fromString("rw-------"));
            }
        }
    }

    @Test
    void opening_it_again_changes_nothing() throws Exception {
        Lineage lineage = new Lineage(UUID.randomUUID());
        try (SqlKeyringStore store = open(file)) {
            store.createKeyring(TenantId.DEFAULT, lineage, 3);
        }

        for (int i = 0; i < 2; i++) {
            try (SqlKeyringStore store = open(file)) {
                assertThat(store.load(TenantId.DEFAULT).orElseThrow().lineage()).isEqualTo(lineage);
            }
        }
        assertThat(ask("SELECT COUNT(*) FROM flyway_schema_history")).isEqualTo("6");
    }

    @Test
    void a_commit_is_synced_to_disk_and_foreign_keys_hold() throws Exception {
        try (Transactions transactions = SqliteDatabase.open(file, SchemaChange.FORWARD)) {
            assertThat(pragma(transactions, "journal_mode")).isEqualTo("wal");
            assertThat(pragma(transactions, "synchronous")).isEqualTo("2");
            assertThat(pragma(transactions, "foreign_keys")).isEqualTo("1");
        }
    }

    @Test
    void a_file_that_is_no_database_is_refused_and_left_as_it_is() throws Exception {
        String text = "this is not a database, and long enough to be read as the header of one: ".repeat(20);
        Files.writeString(file, text);

        assertThatThrownBy(() -> open(file)).isInstanceOf(StoreException.class).hasMessageContaining(file.toString());

        assertThat(file).hasContent(text);
    }

    @Test
    void a_folder_that_is_not_there_is_refused_by_name() {
        Path nowhere = folder.resolve("missing").resolve("kekkai.db");

        assertThatThrownBy(() -> open(nowhere))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining(nowhere.toString());
    }

    private String ask(String query) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(query)) {
            return row.next() ? row.getString(1) : "nothing";
        }
    }

    private SqlKeyringStore open(Path path) throws StoreException {
        return SqlKeyringStore.openSqlite(path, SchemaChange.FORWARD, Hosts.notary(key, folder));
    }

    private static String pragma(Transactions transactions, String name) throws StoreException {
        return transactions.read("ask", connection -> {
            try (Statement statement = connection.createStatement();
                    ResultSet row = statement.executeQuery("PRAGMA " + name)) {
                return row.next() ? row.getString(1) : "nothing";
            }
        });
    }
}
