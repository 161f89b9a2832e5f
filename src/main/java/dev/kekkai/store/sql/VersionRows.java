package dev.kekkai.store.sql;

import dev.kekkai.custody.Kek;
import dev.kekkai.custody.Provenance;
import dev.kekkai.envelope.Mechanism;
import dev.kekkai.id.Lineage;
import dev.kekkai.id.VersionId;
import dev.kekkai.store.KeyState;
import dev.kekkai.store.StoredVersion;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Rows of {@code key_version}, to and from {@link StoredVersion}. */
final class VersionRows {
    private static final String COLUMNS = "version_id, number, mechanism, state, epoch, born_local, always_sensitive,"
            + " never_extractable, canary, created_at, retired_at, uses_reserved,"
            + " activate_at, disabled_at, destroy_begun_at";

    private VersionRows() {}

    /** The versions of a keyring by number; a row that cannot be read is damage. */
    static List<StoredVersion> of(Connection connection, Lineage lineage, List<String> damage) throws SQLException {
        String sql = "SELECT " + COLUMNS + " FROM key_version WHERE lineage = ? ORDER BY number";
        try (PreparedStatement query = connection.prepareStatement(sql)) {
            query.setString(1, lineage.toString());
            List<StoredVersion> versions = new ArrayList<>();
            try (ResultSet row = query.executeQuery()) {
                while (row.next()) {
                    add(versions, lineage, row, damage);
                }
            }
            return versions;
        }
    }

    private static void add(List<StoredVersion> versions, Lineage lineage, ResultSet row, List<String> damage)
            throws SQLException {
        try {
            versions.add(read(lineage, row));
        } catch (IllegalArgumentException e) {
            damage.add("the row of key version " + row.getString("version_id") + " cannot be read: " + e.getMessage());
        }
    }

    private static StoredVersion read(Lineage lineage, ResultSet row) throws SQLException {
        int code = row.getInt("mechanism");
        Mechanism mechanism = Mechanism.ofCode(code)
                .orElseThrow(() -> new IllegalArgumentException("the mechanism " + code + " is unknown"));
        Kek kek = new Kek(VersionId.parse(text(row, "version_id")), lineage, row.getInt("number"), mechanism);
        Provenance provenance = new Provenance(
                row.getInt("born_local") == 1,
                row.getInt("always_sensitive") == 1,
                row.getInt("never_extractable") == 1);
        return new StoredVersion(
                kek,
                KeyState.valueOf(text(row, "state")),
                number(row, "epoch"),
                provenance,
                canary(text(row, "canary")),
                Instant.ofEpochMilli(row.getLong("created_at")),
                time(row, "activate_at"),
                time(row, "retired_at"),
                time(row, "disabled_at"),
                time(row, "destroy_begun_at"),
                row.getLong("uses_reserved"));
    }

    private static String text(ResultSet row, String column) throws SQLException {
        return KeyringRows.text(row, row.findColumn(column));
    }

    /** What is no hexadecimal text is no canary either; whoever examines the version says so, and the others are still readable. */
    private static byte[] canary(String text) {
        try {
            return HexFormat.of().parseHex(text);
        } catch (IllegalArgumentException e) {
            return new byte[0];
        }
    }

    private static @Nullable Long number(ResultSet row, String column) throws SQLException {
        long value = row.getLong(column);
        return row.wasNull() ? null : value;
    }

    private static @Nullable Instant time(ResultSet row, String column) throws SQLException {
        Long millis = number(row, column);
        return millis == null ? null : Instant.ofEpochMilli(millis);
    }

    static void insert(Connection connection, StoredVersion version) throws SQLException {
        String sql = "INSERT INTO key_version (lineage, " + COLUMNS
                + ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
        try (PreparedStatement insert = connection.prepareStatement(sql)) {
            insert.setString(1, version.kek().lineage().toString());
            insert.setString(2, version.kek().version().toString());
            insert.setInt(3, version.kek().number());
            insert.setInt(4, version.kek().mechanism().code());
            insert.setString(5, version.state().name());
            setNumber(insert, 6, version.epoch());
            insert.setInt(7, version.provenance().local() ? 1 : 0);
            insert.setInt(8, version.provenance().alwaysSensitive() ? 1 : 0);
            insert.setInt(9, version.provenance().neverExtractable() ? 1 : 0);
            insert.setString(10, HexFormat.of().formatHex(version.canary()));
            insert.setLong(11, version.created().toEpochMilli());
            setTime(insert, 12, version.retired());
            insert.setLong(13, version.usesReserved());
            setTime(insert, 14, version.activateAt());
            setTime(insert, 15, version.disabled());
            setTime(insert, 16, version.destroyBegun());
            insert.executeUpdate();
        }
    }

    /** Everything but the uses. */
    static void update(Connection connection, StoredVersion version) throws SQLException {
        String sql = "UPDATE key_version SET state = ?, epoch = ?, born_local = ?, always_sensitive = ?,"
                + " never_extractable = ?, canary = ?, retired_at = ?, activate_at = ?, disabled_at = ?,"
                + " destroy_begun_at = ? WHERE version_id = ?";
        try (PreparedStatement update = connection.prepareStatement(sql)) {
            update.setString(1, version.state().name());
            setNumber(update, 2, version.epoch());
            update.setInt(3, version.provenance().local() ? 1 : 0);
            update.setInt(4, version.provenance().alwaysSensitive() ? 1 : 0);
            update.setInt(5, version.provenance().neverExtractable() ? 1 : 0);
            update.setString(6, HexFormat.of().formatHex(version.canary()));
            setTime(update, 7, version.retired());
            setTime(update, 8, version.activateAt());
            setTime(update, 9, version.disabled());
            setTime(update, 10, version.destroyBegun());
            update.setString(11, version.kek().version().toString());
            update.executeUpdate();
        }
    }

    private static void setNumber(PreparedStatement statement, int index, @Nullable Long value) throws SQLException {
        if (value == null) {
            statement.setNull(index, Types.BIGINT);
        } else {
            statement.setLong(index, value);
        }
    }

    private static void setTime(PreparedStatement statement, int index, @Nullable Instant value) throws SQLException {
        setNumber(statement, index, value == null ? null : value.toEpochMilli());
    }
}
