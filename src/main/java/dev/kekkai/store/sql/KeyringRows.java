package dev.kekkai.store.sql;

import dev.kekkai.id.KeyId;
import dev.kekkai.id.Lineage;
import dev.kekkai.id.TenantId;
import dev.kekkai.id.VersionId;
import dev.kekkai.store.StoreException;
import dev.kekkai.store.StoredKeyring;
import dev.kekkai.store.StoredVersion;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** Rows of {@code tenant}, {@code keyring} and {@code learned_key_id}. Whoever can write to the database can have written anything there. */
final class KeyringRows {
    private KeyringRows() {}

    static Map<TenantId, String> tenants(Connection connection, List<String> damage) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement("SELECT id, name FROM tenant");
                ResultSet row = query.executeQuery()) {
            Map<TenantId, String> tenants = new HashMap<>();
            while (row.next()) {
                String id = text(row, 1);
                String name = text(row, 2);
                readable(damage, "tenant " + id, () -> tenants.put(new TenantId(UUID.fromString(id)), name));
            }
            return tenants;
        }
    }

    static List<StoredKeyring> keyrings(Connection connection, List<String> damage) throws SQLException {
        try (PreparedStatement query =
                        connection.prepareStatement("SELECT tenant_id, lineage, epoch_floor FROM keyring");
                ResultSet row = query.executeQuery()) {
            List<StoredKeyring> keyrings = new ArrayList<>();
            while (row.next()) {
                String tenant = text(row, 1);
                String text = text(row, 2);
                long floor = row.getLong(3);
                List<Lineage> lineage = new ArrayList<>();
                readable(damage, "keyring " + text, () -> lineage.add(new Lineage(UUID.fromString(text))));
                for (Lineage of : lineage) {
                    List<StoredVersion> versions = VersionRows.of(connection, of, damage);
                    Map<KeyId, VersionId> learned = learned(connection, of, damage);
                    readable(
                            damage,
                            "tenant " + tenant,
                            () -> keyrings.add(new StoredKeyring(
                                    new TenantId(UUID.fromString(tenant)), of, floor, versions, learned)));
                }
            }
            return keyrings;
        }
    }

    private static Map<KeyId, VersionId> learned(Connection connection, Lineage lineage, List<String> damage)
            throws SQLException {
        String sql =
                "SELECT l.key_id, l.version_id FROM learned_key_id l JOIN key_version v ON v.version_id = l.version_id"
                        + " WHERE v.lineage = ?";
        try (PreparedStatement query = connection.prepareStatement(sql)) {
            query.setString(1, lineage.toString());
            Map<KeyId, VersionId> learned = new HashMap<>();
            try (ResultSet row = query.executeQuery()) {
                while (row.next()) {
                    String keyId = text(row, 1);
                    String version = text(row, 2);
                    readable(
                            damage,
                            "learned key_id " + keyId,
                            () -> learned.put(new KeyId(keyId), VersionId.parse(version)));
                }
            }
            return learned;
        }
    }

    /** A text that may be missing where the schema forbids it: the schema can be changed, too. */
    static String text(ResultSet row, int column) throws SQLException {
        String text = row.getString(column);
        return text == null ? "" : text;
    }

    /** A row that cannot be read is damage that is told, and keeps nobody from reading the others. */
    static void readable(List<String> damage, String what, Runnable read) {
        try {
            read.run();
        } catch (IllegalArgumentException e) {
            damage.add("the row of " + what + " cannot be read: " + e.getMessage());
        }
    }

    static TenantId tenantOf(Connection connection, VersionId version) throws SQLException, StoreException {
        try (PreparedStatement query = connection.prepareStatement(
                "SELECT k.tenant_id FROM keyring k JOIN key_version v ON v.lineage = k.lineage WHERE v.version_id = ?")) {
            query.setString(1, version.toString());
            try (ResultSet row = query.executeQuery()) {
                if (!row.next()) {
                    throw new StoreException("no keyring has the key version " + version);
                }
                return new TenantId(UUID.fromString(row.getString(1)));
            }
        }
    }

    /** A tenant has a row since it has a keyring; its name is the configuration's to say. */
    static void insert(Connection connection, StoredKeyring keyring) throws SQLException {
        try (PreparedStatement tenant = connection.prepareStatement(
                "INSERT INTO tenant (id, name) VALUES (?, ?) ON CONFLICT (id) DO NOTHING")) {
            tenant.setString(1, keyring.tenant().toString());
            tenant.setString(2, keyring.tenant().toString());
            tenant.executeUpdate();
        }
        try (PreparedStatement insert =
                connection.prepareStatement("INSERT INTO keyring (tenant_id, lineage, epoch_floor) VALUES (?, ?, ?)")) {
            insert.setString(1, keyring.tenant().toString());
            insert.setString(2, keyring.lineage().toString());
            insert.setLong(3, keyring.epochFloor());
            insert.executeUpdate();
        }
    }

    static void updateFloor(Connection connection, StoredKeyring keyring) throws SQLException {
        try (PreparedStatement raise =
                connection.prepareStatement("UPDATE keyring SET epoch_floor = ? WHERE lineage = ?")) {
            raise.setLong(1, keyring.epochFloor());
            raise.setString(2, keyring.lineage().toString());
            raise.executeUpdate();
        }
    }

    static void insertLearned(Connection connection, KeyId keyId, VersionId version) throws SQLException {
        try (PreparedStatement insert =
                connection.prepareStatement("INSERT INTO learned_key_id (key_id, version_id) VALUES (?, ?)")) {
            insert.setString(1, keyId.value());
            insert.setString(2, version.toString());
            insert.executeUpdate();
        }
    }
}
