package dev.kekkai.store.sql;

import dev.kekkai.store.StoreException;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.SQLException;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteDataSource;

/** A SQLite file: mode 0600, write-ahead log, every commit synced to disk, foreign keys enforced. */
final class SqliteDatabase {
    private static final int BUSY_MILLIS = 5_000;

    private SqliteDatabase() {}

    /** A connection to the migrated database, with automatic commits off. */
    static Connection open(Path file) throws StoreException {
        createPrivate(file);
        SQLiteConfig config = new SQLiteConfig();
        config.setJournalMode(SQLiteConfig.JournalMode.WAL);
        config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
        config.enforceForeignKeys(true);
        config.setBusyTimeout(BUSY_MILLIS);
        SQLiteDataSource source = new SQLiteDataSource(config);
        source.setUrl("jdbc:sqlite:" + file);
        checkDatabase(source, file);
        Migrations.apply(source, file);
        try {
            Connection connection = source.getConnection();
            connection.setAutoCommit(false);
            return connection;
        } catch (SQLException e) {
            throw notOpened(file, e);
        }
    }

    /** Before Flyway sees it, which would blame the schema. */
    private static void checkDatabase(SQLiteDataSource source, Path file) throws StoreException {
        try (Connection connection = source.getConnection()) {
            connection
                    .getMetaData()
                    .getTables(null, null, "flyway_schema_history", null)
                    .close();
        } catch (SQLException e) {
            throw notOpened(file, e);
        }
    }

    private static StoreException notOpened(Path file, SQLException e) {
        return new StoreException("store.path: cannot open " + file + " as a SQLite database: " + e.getMessage(), e);
    }

    /** SQLite would create the file with the process's umask; its log and index files take over the mode of this one. */
    private static void createPrivate(Path file) throws StoreException {
        try {
            Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        } catch (FileAlreadyExistsException e) {
            // An existing database: opened as it is.
        } catch (IOException e) {
            throw new StoreException(
                    "store.path: cannot create " + file + " (" + e.getMessage()
                            + "): its folder must exist and be writable by the user that runs Kekkai",
                    e);
        }
    }
}
