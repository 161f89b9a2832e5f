package dev.kekkai.testing.store;

import dev.kekkai.store.Notary;
import dev.kekkai.store.StoreException;
import dev.kekkai.store.sql.PostgresqlServer;
import dev.kekkai.store.sql.SchemaChange;
import dev.kekkai.store.sql.SqlKeyringStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A database of either kind that is opened as Kekkai does, and by others. */
public sealed interface TestDatabase {
    /** Which kind. */
    enum Kind {
        SQLITE,
        POSTGRESQL;

        public Kind other() {
            return this == SQLITE ? POSTGRESQL : SQLITE;
        }

        /** A new one, empty, without a schema. */
        public TestDatabase in(Path folder) throws SQLException {
            return this == SQLITE
                    ? new Sqlite(folder.resolve("kekkai.db"))
                    : PostgresServer.shared().database();
        }
    }

    SqlKeyringStore open(SchemaChange allowed, Notary notary) throws StoreException;

    default SqlKeyringStore open(Notary notary) throws StoreException {
        return open(SchemaChange.FORWARD, notary);
    }

    /** A connection of somebody who may do everything with this database. */
    Connection connect() throws SQLException;

    /** Where its bytes are, all of them on the disk. */
    Path flushed() throws SQLException;

    /** How it is named in messages. */
    String name();

    /** Keeps the database as it is now, while nobody uses it. */
    Backup backup() throws SQLException, IOException;

    /** A database as it was. */
    @FunctionalInterface
    interface Backup {
        /** Puts it back, while nobody uses what is there. */
        void restore() throws SQLException, IOException;
    }

    /** Does what somebody else would, in one transaction. */
    default void change(String... statements) throws SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            for (String sql : statements) {
                statement.executeUpdate(sql);
            }
            connection.commit();
        }
    }

    /** The one value that a query gives, or "nothing". */
    default String ask(String query) throws SQLException {
        List<String> all = all(query);
        return all.isEmpty() ? "nothing" : all.getFirst();
    }

    /** The first column of a query. */
    default List<String> all(String query) throws SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(query)) {
            List<String> values = new ArrayList<>();
            while (row.next()) {
                values.add(row.getString(1));
            }
            return values;
        }
    }

    /** A file. */
    record Sqlite(Path file) implements TestDatabase {
        @Override
        public SqlKeyringStore open(SchemaChange allowed, Notary notary) throws StoreException {
            return SqlKeyringStore.openSqlite(file, allowed, notary);
        }

        @Override
        public Connection connect() throws SQLException {
            return DriverManager.getConnection("jdbc:sqlite:" + file);
        }

        @Override
        public Path flushed() {
            return file.getParent();
        }

        @Override
        public Backup backup() throws IOException {
            byte[] bytes = Files.readAllBytes(file);
            return () -> Files.write(file, bytes);
        }

        @Override
        public String name() {
            return file.toString();
        }
    }

    /** A database of a server. */
    record Postgresql(PostgresServer server, String database) implements TestDatabase {
        @Override
        public SqlKeyringStore open(SchemaChange allowed, Notary notary) throws StoreException {
            return SqlKeyringStore.openPostgresql(
                    new PostgresqlServer(
                            server.url(database),
                            "postgres",
                            Optional.empty(),
                            PostgresqlServer.Tls.OFF,
                            Optional.empty()),
                    allowed,
                    notary);
        }

        @Override
        public Connection connect() throws SQLException {
            return server.connect(database);
        }

        @Override
        public Path flushed() throws SQLException {
            server.flush();
            return server.data();
        }

        @Override
        public Backup backup() throws SQLException {
            String copy = server.copy(database);
            return () -> server.replace(database, copy);
        }

        @Override
        public String name() {
            return server.url(database);
        }
    }
}
