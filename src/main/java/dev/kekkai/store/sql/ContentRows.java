package dev.kekkai.store.sql;

import dev.kekkai.id.TenantId;
import dev.kekkai.id.VersionId;
import dev.kekkai.store.KeyState;
import dev.kekkai.store.StoreContent;
import dev.kekkai.store.StoredKeyring;
import dev.kekkai.store.StoredVersion;
import dev.kekkai.store.UntrustedStoreException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A whole store, to and from {@link StoreContent}. */
final class ContentRows {
    private static final List<String> EVERYTHING = List.of(
            "DELETE FROM learned_key_id",
            "DELETE FROM key_version",
            "DELETE FROM keyring",
            "DELETE FROM authority_entry");

    private ContentRows() {}

    static StoreContent read(Connection connection) throws SQLException, UntrustedStoreException {
        Bounds.check(connection);
        List<String> damage = new ArrayList<>();
        Map<TenantId, String> tenants = KeyringRows.tenants(connection, damage);
        List<StoredKeyring> keyrings = KeyringRows.keyrings(connection, damage);
        return new StoreContent(tenants, keyrings, damage, ChainRows.entries(connection), ChainRows.head(connection));
    }

    /** So that no use is reserved between reading a row and writing it again. */
    static void lockUses(Connection connection) throws SQLException {
        execute(connection, "UPDATE key_version SET uses_reserved = uses_reserved");
    }

    static void replace(Connection connection, StoreContent content) throws SQLException {
        for (String delete : EVERYTHING) {
            execute(connection, delete);
        }
        Map<TenantId, String> known = KeyringRows.tenants(connection, new ArrayList<>());
        for (Map.Entry<TenantId, String> tenant : content.tenants().entrySet()) {
            if (!known.containsKey(tenant.getKey())) {
                insertTenant(connection, tenant.getKey(), tenant.getValue());
            }
        }
        for (StoredKeyring keyring : content.keyrings()) {
            write(connection, Optional.empty(), keyring);
        }
        ChainRows.append(connection, content.chain());
        if (content.head().isPresent()) {
            ChainRows.write(connection, content.head().get());
        }
    }

    private static void insertTenant(Connection connection, TenantId tenant, String name) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement("INSERT INTO tenant (id, name) VALUES (?, ?)")) {
            insert.setString(1, tenant.toString());
            insert.setString(2, name);
            insert.executeUpdate();
        }
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.executeUpdate();
        }
    }

    /** Writes what is new or different in a keyring; uses are written with a new version only. */
    static void write(Connection connection, Optional<StoredKeyring> before, StoredKeyring after) throws SQLException {
        if (before.isEmpty()) {
            KeyringRows.insert(connection, after);
        } else if (before.get().epochFloor() != after.epochFloor()) {
            KeyringRows.updateFloor(connection, after);
        }
        Map<VersionId, StoredVersion> old = new HashMap<>();
        before.ifPresent(keyring ->
                keyring.versions().forEach(version -> old.put(version.kek().version(), version)));
        List<StoredVersion> changed = new ArrayList<>();
        for (StoredVersion version : after.versions()) {
            if (!old.containsKey(version.kek().version())) {
                VersionRows.insert(connection, version);
            } else if (!version.equals(old.get(version.kek().version()))) {
                changed.add(version);
            }
        }
        // The version that wraps no more first: at no moment are there two that do.
        changed.sort((one, other) -> Boolean.compare(one.state() == KeyState.ACTIVE, other.state() == KeyState.ACTIVE));
        for (StoredVersion version : changed) {
            VersionRows.update(connection, version);
        }
        Map<?, ?> learned = before.map(StoredKeyring::learnedKeyIds).orElse(Map.of());
        for (var entry : after.learnedKeyIds().entrySet()) {
            if (!learned.containsKey(entry.getKey())) {
                KeyringRows.insertLearned(connection, entry.getKey(), entry.getValue());
            }
        }
    }
}
