package dev.kekkai.store.sql;

import dev.kekkai.store.StoreException;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLInvalidAuthorizationSpecException;
import java.sql.Statement;
import java.util.List;
import org.postgresql.ds.PGSimpleDataSource;

/** A PostgreSQL database that others use at the same time; every wait for it has an end. */
final class PostgresqlDatabase {
    private static final int MOST_CONNECTIONS = 4;
    private static final int CONNECT_SECONDS = 5;
    private static final int LOGIN_SECONDS = 10;
    /** Above the server's own limits, so that the server is the one who says what took too long. */
    private static final int SOCKET_SECONDS = 20;

    private static final List<String> LIMITS = List.of(
            "SET statement_timeout = '10s'",
            "SET lock_timeout = '8s'",
            // A change waits for the HSM's signature with its transaction open, for 30 s at most; a replica that died
            // must not keep its locks.
            "SET idle_in_transaction_session_timeout = '60s'",
            // What is acknowledged must be durable, also where the server was set up for speed.
            "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'");

    private PostgresqlDatabase() {}

    /** The database with the schema of this binary. */
    static Transactions open(PostgresqlServer server, SchemaChange allowed) throws StoreException {
        String name = server.url();
        try {
            connect(server).close();
            Migrations.apply(source(server), name, allowed);
        } catch (SQLException e) {
            throw new StoreException("store.postgresql: cannot open " + name + ": " + Transactions.reason(e), e);
        }
        return new Transactions(
                new Connections(MOST_CONNECTIONS, () -> connect(server)),
                name,
                (connection, wanted) -> connection.setTransactionIsolation(
                        wanted ? Connection.TRANSACTION_REPEATABLE_READ : Connection.TRANSACTION_READ_COMMITTED));
    }

    private static Connection connect(PostgresqlServer server) throws SQLException {
        Connection connection = source(server).getConnection();
        boolean ready = false;
        try {
            try (Statement statement = connection.createStatement()) {
                for (String limit : LIMITS) {
                    statement.execute(limit);
                }
            }
            connection.setAutoCommit(false);
            ready = true;
            return connection;
        } finally {
            if (!ready) {
                connection.close();
            }
        }
    }

    private static PGSimpleDataSource source(PostgresqlServer server) throws SQLException {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setUrl(server.url());
        source.setUser(server.user());
        source.setApplicationName("kekkai");
        source.setConnectTimeout(CONNECT_SECONDS);
        source.setLoginTimeout(LOGIN_SECONDS);
        source.setSocketTimeout(SOCKET_SECONDS);
        source.setTcpKeepAlive(true);
        // After a fail-over the old primary may still answer, and take nothing.
        source.setTargetServerType("primary");
        source.setSslMode(server.tls().sslmode());
        server.caFile().ifPresent(file -> source.setSslRootCert(file.toString()));
        if (server.passwordFile().isPresent()) {
            try {
                source.setPassword(PasswordFile.read(server.passwordFile().get()));
            } catch (IOException e) {
                throw new SQLInvalidAuthorizationSpecException("store.postgresql.password-file: " + e.getMessage(), e);
            }
        }
        return source;
    }
}
