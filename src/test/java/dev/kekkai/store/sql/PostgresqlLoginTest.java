package dev.kekkai.store.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.kekkai.id.TenantId;
import dev.kekkai.store.StoreException;
import dev.kekkai.store.sql.PostgresqlServer.Tls;
import dev.kekkai.testing.authority.Hosts;
import dev.kekkai.testing.authority.MemorySigningKey;
import dev.kekkai.testing.store.PostgresServer;
import dev.kekkai.testing.store.TestDatabase;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.Optional;
import org.assertj.core.util.Throwables;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A PostgreSQL that lets nobody in without TLS and a password. */
class PostgresqlLoginTest {
    private static final String RIGHT = "s3cret-Right_0ne";
    private static final String WRONG = "s3cret-Wrong_0ne";

    private static Path certificates;
    private static PostgresServer server;

    @TempDir
    Path folder;

    private TestDatabase.Postgresql database;
    private Path passwordFile;

    @BeforeAll
    static void a_server_with_a_certificate_for_this_host() throws Exception {
        certificates = Files.createTempDirectory("kekkai-certificates");
        certificate("server", "IP:127.0.0.1");
        certificate("other", "DNS:elsewhere.example.net");
        server = PostgresServer.inNewFolder(Map.of(
                "ssl",
                "on",
                "ssl_cert_file",
                certificates.resolve("server.pem").toString(),
                "ssl_key_file",
                certificates.resolve("server.key").toString(),
                "password_encryption",
                "scram-sha-256"));
        administer("postgres", "CREATE ROLE kekkai LOGIN PASSWORD '" + RIGHT + "'");
        Files.writeString(
                server.data().resolve("pg_hba.conf"),
                "host all postgres 127.0.0.1/32 trust\nhostssl all kekkai 127.0.0.1/32 scram-sha-256\n");
        administer("postgres", "SELECT pg_reload_conf()");
    }

    @AfterAll
    static void end_it() {
        server.close();
    }

    private static void certificate(String name, String subjectAltName) throws IOException, InterruptedException {
        Process openssl = new ProcessBuilder(
                        "openssl",
                        "req",
                        "-x509",
                        "-newkey",
                        "rsa:2048",
                        "-nodes",
                        "-days",
                        "2",
                        "-subj",
                        "/CN=" + name,
                        "-addext",
                        "subjectAltName=" + subjectAltName,
                        "-keyout",
                        certificates.resolve(name + ".key").toString(),
                        "-out",
                        certificates.resolve(name + ".pem").toString())
                .redirectErrorStream(true)
                .start();
        String said = new String(openssl.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(openssl.waitFor()).as(said).isZero();
        Files.setPosixFilePermissions(
                certificates.resolve(name + ".key"), PosixFilePermissions.fromString("rw-------"));
    }

    private static void administer(String database, String sql) throws SQLException {
        try (Connection connection = server.connect(database);
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    @BeforeEach
    void a_database_of_the_role_and_a_password_file() throws Exception {
        database = server.database();
        administer("postgres", "ALTER DATABASE " + database.database() + " OWNER TO kekkai");
        passwordFile = folder.resolve("password");
        password(RIGHT + "\n");
    }

    private void password(String content) throws IOException {
        Files.deleteIfExists(passwordFile);
        Files.createFile(
                passwordFile, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(passwordFile, content);
    }

    private SqlKeyringStore open(Tls tls, String authority) throws StoreException {
        return SqlKeyringStore.openPostgresql(
                new PostgresqlServer(
                        database.name(),
                        "kekkai",
                        Optional.of(passwordFile),
                        tls,
                        Optional.of(certificates.resolve(authority + ".pem"))),
                SchemaChange.FORWARD,
                Hosts.notary(new MemorySigningKey(), folder));
    }

    @Test
    void the_right_password_and_authority_open_it() throws Exception {
        for (Tls tls : new Tls[] {Tls.VERIFY_FULL, Tls.VERIFY_CA}) {
            try (SqlKeyringStore store = open(tls, "server")) {
                assertThat(store.load(TenantId.DEFAULT)).isEmpty();
            }
        }
    }

    @Test
    void a_certificate_of_another_authority_is_refused() {
        for (Tls tls : new Tls[] {Tls.VERIFY_FULL, Tls.VERIFY_CA}) {
            assertThatThrownBy(() -> open(tls, "other"))
                    .isInstanceOf(StoreException.class)
                    .hasMessageContaining("cannot open " + database.name());
        }
    }

    @Test
    void without_tls_the_server_is_not_entered() {
        assertThatThrownBy(() -> open(Tls.OFF, "server"))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("no encryption");
    }

    @Test
    void a_wrong_password_is_refused_and_said_nowhere() throws Exception {
        password(WRONG);

        assertThatThrownBy(() -> open(Tls.VERIFY_FULL, "server"))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("password authentication failed for user \"kekkai\"")
                .hasStackTraceContaining("PSQLException")
                .satisfies(
                        failure -> assertThat(Throwables.getStackTrace(failure)).doesNotContain(WRONG));
    }

    @Test
    void a_password_that_is_changed_counts_for_the_next_connection() throws Exception {
        try (SqlKeyringStore store = open(Tls.VERIFY_FULL, "server")) {
            store.load(TenantId.DEFAULT);
            administer("postgres", "ALTER ROLE kekkai PASSWORD '" + WRONG + "'");
            try {
                password(WRONG + "\n");
                administer(
                        "postgres", "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'kekkai'");

                await().untilAsserted(
                                () -> assertThat(store.load(TenantId.DEFAULT)).isEmpty());
            } finally {
                administer("postgres", "ALTER ROLE kekkai PASSWORD '" + RIGHT + "'");
            }
        }
    }

    @Test
    void a_password_file_that_others_read_or_that_is_missing_or_odd_is_refused_by_name() throws Exception {
        Files.setPosixFilePermissions(passwordFile, PosixFilePermissions.fromString("rw-r-----"));
        refused("can be read by others", "chmod 0600");
        password("");
        refused("must hold one line");
        password("two\nlines");
        refused("must hold one line");
        password("x".repeat(2000));
        refused("more than 1024 bytes");
        Files.delete(passwordFile);
        refused("there is no file " + passwordFile);
    }

    private void refused(String... reasons) {
        assertThatThrownBy(() -> open(Tls.VERIFY_FULL, "server"))
                .isInstanceOf(StoreException.class)
                .message()
                .contains("store.postgresql.password-file")
                .contains(reasons);
    }

    @Test
    void what_is_acknowledged_is_durable_and_every_wait_ends() throws Exception {
        administer("postgres", "ALTER DATABASE " + database.database() + " SET synchronous_commit TO off");
        try (Transactions transactions = PostgresqlDatabase.open(
                new PostgresqlServer(
                        database.name(),
                        "kekkai",
                        Optional.of(passwordFile),
                        Tls.VERIFY_FULL,
                        Optional.of(certificates.resolve("server.pem"))),
                SchemaChange.FORWARD)) {
            for (String[] setting : new String[][] {
                {"synchronous_commit", "on"},
                {"statement_timeout", "10s"},
                {"lock_timeout", "8s"},
                {"idle_in_transaction_session_timeout", "1min"}
            }) {
                assertThat(transactions.<String>read("ask", connection -> {
                            try (var statement = connection.createStatement();
                                    var row = statement.executeQuery("SHOW " + setting[0])) {
                                row.next();
                                return row.getString(1);
                            }
                        }))
                        .as(setting[0])
                        .isEqualTo(setting[1]);
            }
        }
    }
}
