package dev.kekkai.store.sql;

import dev.kekkai.files.Ownership;
import dev.kekkai.store.StoreException;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteDataSource;

/** A SQLite file: mode 0600, write-ahead log, every commit synced to disk, foreign keys enforced. */
final class SqliteDatabase {
    private static final int BUSY_MILLIS = 5_000;

    private SqliteDatabase() {}

    /** The database with the schema of this binary. One connection: SQLite has one writer at a time anyway. */
    static Transactions open(Path file, SchemaChange allowed) throws StoreException {
        createPrivate(file);
        keepNativeLibraryHere(file);
        SQLiteConfig config = new SQLiteConfig();
        config.setJournalMode(SQLiteConfig.JournalMode.WAL);
        config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
        config.enforceForeignKeys(true);
        config.setBusyTimeout(BUSY_MILLIS);
        SQLiteDataSource source = new SQLiteDataSource(config);
        source.setUrl("jdbc:sqlite:" + file);
        try (Connection connection = source.getConnection()) {
            checkDatabase(connection);
        } catch (SQLException e) {
            throw new StoreException(
                    "store.path: cannot open " + file + " as a SQLite database: " + Transactions.reason(e), e);
        }
        Migrations.apply(source, file.toString(), allowed);
        return new Transactions(
                new Connections(1, () -> connect(source)), file.toString(), Transactions.Snapshots.ALWAYS);
    }

    private static Connection connect(SQLiteDataSource source) throws SQLException {
        Connection connection = source.getConnection();
        connection.setAutoCommit(false);
        return connection;
    }

    /**
     * The driver unpacks SQLite's native library and loads it. By itself it would do that in {@code java.io.tmpdir}, which may be mounted
     * {@code noexec}, may not be writable, and is shared with others.
     */
    private static void keepNativeLibraryHere(Path file) throws StoreException {
        Path folder = file.toAbsolutePath().resolveSibling("lib");
        try {
            Files.createDirectories(
                    folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            System.setProperty("org.sqlite.tmpdir", folder.toString());
        } catch (IOException e) {
            throw new StoreException(
                    "store.path: cannot make the folder " + folder + " for SQLite's native library (" + e.getMessage()
                            + "): the folder of the database must be writable by the user that runs Kekkai",
                    e);
        }
    }

    /** Before Flyway sees it, which would blame the schema. */
    private static void checkDatabase(Connection connection) throws SQLException {
        connection
                .getMetaData()
                .getTables(null, null, "flyway_schema_history", null)
                .close();
    }

    private static void refuseForeign(Path file) throws StoreException {
        try {
            Optional<String> objection = Ownership.objection(file);
            if (objection.isPresent()) {
                throw new StoreException("store.path: " + objection.get());
            }
        } catch (IOException e) {
            throw new StoreException("store.path: cannot look at " + file + ": " + e.getMessage(), e);
        }
    }

    /** SQLite would create the file with the process's umask; its log and index files take over the mode of this one. */
    private static void createPrivate(Path file) throws StoreException {
        try {
            Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        } catch (FileAlreadyExistsException e) {
            refuseForeign(file);
        } catch (IOException e) {
            throw new StoreException(
                    "store.path: cannot create " + file + " (" + e.getMessage()
                            + "): its folder must exist and be writable by the user that runs Kekkai",
                    e);
        }
    }
}
