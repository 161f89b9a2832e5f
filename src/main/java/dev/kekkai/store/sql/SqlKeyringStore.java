package dev.kekkai.store.sql;

import dev.kekkai.id.KeyId;
import dev.kekkai.id.Lineage;
import dev.kekkai.id.TenantId;
import dev.kekkai.id.VersionId;
import dev.kekkai.store.KeyringStore;
import dev.kekkai.store.StoreException;
import dev.kekkai.store.StoredKeyring;
import dev.kekkai.store.StoredVersion;
import dev.kekkai.store.VersionStates;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** Keyrings in a SQL database. */
public final class SqlKeyringStore implements KeyringStore, AutoCloseable {
    private final Transactions transactions;

    private SqlKeyringStore(Transactions transactions) {
        this.transactions = transactions;
    }

    /** Opens a SQLite database, creating it with mode 0600 or migrating it as needed. */
    public static SqlKeyringStore openSqlite(Path file) throws StoreException {
        return new SqlKeyringStore(new Transactions(SqliteDatabase.open(file), file.toString()));
    }

    @Override
    public Optional<StoredKeyring> load(TenantId tenant) throws StoreException {
        return transactions.run("read the keyring", connection -> {
            try (PreparedStatement query =
                    connection.prepareStatement("SELECT lineage, epoch_floor FROM keyring WHERE tenant_id = ?")) {
                query.setString(1, tenant.toString());
                try (ResultSet row = query.executeQuery()) {
                    return row.next() ? Optional.of(keyring(connection, tenant, row)) : Optional.empty();
                }
            }
        });
    }

    private static StoredKeyring keyring(Connection connection, TenantId tenant, ResultSet row) throws SQLException {
        Lineage lineage = new Lineage(UUID.fromString(row.getString(1)));
        return new StoredKeyring(
                tenant, lineage, row.getLong(2), VersionRows.of(connection, lineage), learned(connection, lineage));
    }

    private static Map<KeyId, VersionId> learned(Connection connection, Lineage lineage) throws SQLException {
        String sql =
                "SELECT l.key_id, l.version_id FROM learned_key_id l JOIN key_version v ON v.version_id = l.version_id"
                        + " WHERE v.lineage = ?";
        try (PreparedStatement query = connection.prepareStatement(sql)) {
            query.setString(1, lineage.toString());
            Map<KeyId, VersionId> learned = new HashMap<>();
            try (ResultSet row = query.executeQuery()) {
                while (row.next()) {
                    learned.put(new KeyId(row.getString(1)), VersionId.parse(row.getString(2)));
                }
            }
            return learned;
        }
    }

    @Override
    public void createKeyring(TenantId tenant, Lineage lineage, long epochFloor) throws StoreException {
        transactions.run("create a keyring", connection -> {
            try (PreparedStatement insert = connection.prepareStatement(
                    "INSERT INTO keyring (tenant_id, lineage, epoch_floor) VALUES (?, ?, ?)")) {
                insert.setString(1, tenant.toString());
                insert.setString(2, lineage.toString());
                insert.setLong(3, epochFloor);
                return insert.executeUpdate();
            }
        });
    }

    @Override
    public void raiseEpochFloor(TenantId tenant, long epochFloor) throws StoreException {
        transactions.run("raise the epoch floor", connection -> {
            try (PreparedStatement raise = connection.prepareStatement(
                    "UPDATE keyring SET epoch_floor = ? WHERE tenant_id = ? AND epoch_floor < ?")) {
                raise.setLong(1, epochFloor);
                raise.setString(2, tenant.toString());
                raise.setLong(3, epochFloor);
                return raise.executeUpdate();
            }
        });
    }

    @Override
    public void addVersion(TenantId tenant, StoredVersion version) throws StoreException {
        transactions.run("register a key version", connection -> {
            requireOwned(connection, tenant, version.kek().lineage());
            VersionRows.insert(connection, version);
            return version;
        });
    }

    private static void requireOwned(Connection connection, TenantId tenant, Lineage lineage)
            throws SQLException, StoreException {
        try (PreparedStatement query =
                connection.prepareStatement("SELECT 1 FROM keyring WHERE tenant_id = ? AND lineage = ?")) {
            query.setString(1, tenant.toString());
            query.setString(2, lineage.toString());
            try (ResultSet row = query.executeQuery()) {
                if (!row.next()) {
                    throw new StoreException("tenant " + tenant + " has no keyring of lineage " + lineage);
                }
            }
        }
    }

    @Override
    public long activate(TenantId tenant, VersionId version, Instant now) throws StoreException {
        return transactions.run("activate a key version", connection -> {
            String lineage = lineageOf(connection, tenant);
            long epoch = nextEpoch(connection, lineage);
            try (PreparedStatement retire = connection.prepareStatement(
                    "UPDATE key_version SET state = 'RETIRED', retired_at = ? WHERE lineage = ? AND state = 'ACTIVE'")) {
                retire.setLong(1, now.toEpochMilli());
                retire.setString(2, lineage);
                retire.executeUpdate();
            }
            try (PreparedStatement activate =
                    connection.prepareStatement("UPDATE key_version SET state = 'ACTIVE', epoch = ?, activate_at = NULL"
                            + " WHERE version_id = ? AND lineage = ? AND state = 'PREPARED' AND epoch IS NULL")) {
                activate.setLong(1, epoch);
                activate.setString(2, version.toString());
                activate.setString(3, lineage);
                if (activate.executeUpdate() != 1) {
                    throw new StoreException(
                            "version " + version + " cannot become ACTIVE: only a PREPARED version can, and only once");
                }
            }
            return epoch;
        });
    }

    private static String lineageOf(Connection connection, TenantId tenant) throws SQLException, StoreException {
        try (PreparedStatement query = connection.prepareStatement("SELECT lineage FROM keyring WHERE tenant_id = ?")) {
            query.setString(1, tenant.toString());
            try (ResultSet row = query.executeQuery()) {
                if (!row.next()) {
                    throw new StoreException("tenant " + tenant + " has no keyring");
                }
                return row.getString(1);
            }
        }
    }

    private static long nextEpoch(Connection connection, String lineage) throws SQLException {
        String sql = "SELECT r.epoch_floor, COALESCE(MAX(v.epoch), 0) FROM keyring r"
                + " LEFT JOIN key_version v ON v.lineage = r.lineage WHERE r.lineage = ? GROUP BY r.epoch_floor";
        try (PreparedStatement query = connection.prepareStatement(sql)) {
            query.setString(1, lineage);
            try (ResultSet row = query.executeQuery()) {
                row.next();
                return Math.addExact(Math.max(row.getLong(1), row.getLong(2)), 1);
            }
        }
    }

    @Override
    public boolean reserveUses(VersionId version, long wanted) throws StoreException {
        return transactions.run("reserve uses of a key version", connection -> {
            try (PreparedStatement reserve =
                    connection.prepareStatement("UPDATE key_version SET uses_reserved = uses_reserved + ?"
                            + " WHERE version_id = ? AND uses_reserved + ? <= " + MOST_USES)) {
                reserve.setLong(1, wanted);
                reserve.setString(2, version.toString());
                reserve.setLong(3, wanted);
                return reserve.executeUpdate() == 1;
            }
        });
    }

    @Override
    public void learnKeyId(KeyId keyId, VersionId version) throws StoreException {
        transactions.run("remember a key_id", connection -> {
            try (PreparedStatement insert = connection.prepareStatement(
                    "INSERT INTO learned_key_id (key_id, version_id) VALUES (?, ?) ON CONFLICT (key_id) DO NOTHING")) {
                insert.setString(1, keyId.value());
                insert.setString(2, version.toString());
                return insert.executeUpdate();
            }
        });
    }

    @Override
    public VersionStates states() {
        return new SqlVersionStates(transactions);
    }

    @Override
    public void close() throws StoreException {
        transactions.close();
    }
}
