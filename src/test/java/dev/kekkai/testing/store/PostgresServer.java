package dev.kekkai.testing.store;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A real PostgreSQL that can be stopped and started again with its data. */
public final class PostgresServer implements AutoCloseable {
    private static final class Shared {
        private static final PostgresServer SERVER = start();

        private static PostgresServer start() {
            try {
                PostgresServer server = inNewFolder(Map.of());
                Runtime.getRuntime().addShutdownHook(new Thread(server::close));
                return server;
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private final Path data;
    private final int port;
    private final Map<String, String> settings;
    private @Nullable EmbeddedPostgres running;

    private PostgresServer(Path data, int port, Map<String, String> settings) {
        this.data = data;
        this.port = port;
        this.settings = settings;
    }

    /** One for all tests of this JVM; each asks for a database of its own. */
    public static PostgresServer shared() {
        return Shared.SERVER;
    }

    /** One for a test that stops it. */
    public static PostgresServer inNewFolder(Map<String, String> settings) throws IOException {
        // Not in a test's folder: as root, PostgreSQL runs as somebody who may not enter that.
        Path data = Files.createTempDirectory("kekkai-postgres");
        PostgresServer server = new PostgresServer(data, freePort(), settings);
        server.start();
        return server;
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    public synchronized void start() throws IOException {
        EmbeddedPostgres.Builder builder = EmbeddedPostgres.builder()
                .setDataDirectory(data)
                .setCleanDataDirectory(false)
                .setPort(port)
                .setPGStartupWait(Duration.ofSeconds(60))
                .setServerConfig("max_connections", "50");
        settings.forEach(builder::setServerConfig);
        running = builder.start();
    }

    /** Ends it at once, with all its connections. */
    public synchronized void stop() throws IOException {
        if (running != null) {
            running.close();
            running = null;
        }
    }

    public int port() {
        return port;
    }

    /** The folder of its data, where a thief of the machine would look. */
    public Path data() {
        return data;
    }

    /** A new database. */
    public TestDatabase.Postgresql database() throws SQLException {
        String name = "t" + UUID.randomUUID().toString().replace("-", "");
        administer("CREATE DATABASE " + name);
        return new TestDatabase.Postgresql(this, name);
    }

    /** A copy of a database that nobody uses. */
    String copy(String database) throws SQLException {
        String copy = "c" + UUID.randomUUID().toString().replace("-", "");
        administer("CREATE DATABASE " + copy + " TEMPLATE " + database);
        return copy;
    }

    void flush() throws SQLException {
        administer("CHECKPOINT");
    }

    /** Has a database be what another one is. */
    void replace(String database, String by) throws SQLException {
        administer("DROP DATABASE " + database + " WITH (FORCE)", "CREATE DATABASE " + database + " TEMPLATE " + by);
    }

    private void administer(String... statements) throws SQLException {
        try (Connection connection = connect("postgres");
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    public String url(String database) {
        return "jdbc:postgresql://127.0.0.1:" + port + "/" + database;
    }

    /** A connection of somebody who may do everything. */
    public Connection connect(String database) throws SQLException {
        return DriverManager.getConnection(url(database), "postgres", "");
    }

    @Override
    public void close() {
        try {
            stop();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
