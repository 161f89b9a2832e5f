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

    /** The versions of a keyring by number. */
    static List<StoredVersion> of(Connection connection, Lineage lineage) throws SQLException {
        String sql = "SELECT " + COLUMNS + " FROM key_version WHERE lineage = ? ORDER BY number";
        try (PreparedStatement query = connection.prepareStatement(sql)) {
            query.setString(1, lineage.toString());
            List<StoredVersion> versions = new ArrayList<>();
            try (ResultSet row = query.executeQuery()) {
                while (row.next()) {
                    versions.add(read(lineage, row));
                }
            }
            return versions;
        }
    }

    private static StoredVersion read(Lineage lineage, ResultSet row) throws SQLException {
        int code = row.getInt("mechanism");
        Mechanism mechanism = Mechanism.ofCode(code)
                .orElseThrow(() -> new SQLException("a key version has the unknown mechanism " + code));
        Kek kek = new Kek(VersionId.parse(row.getString("version_id")), lineage, row.getInt("number"), mechanism);
        Provenance provenance = new Provenance(
                row.getInt("born_local") == 1,
                row.getInt("always_sensitive") == 1,
                row.getInt("never_extractable") == 1);
        return new StoredVersion(
                kek,
                KeyState.valueOf(row.getString("state")),
                number(row, "epoch"),
                provenance,
                canary(row.getString("canary")),
                Instant.ofEpochMilli(row.getLong("created_at")),
                time(row, "activate_at"),
                time(row, "retired_at"),
                time(row, "disabled_at"),
                time(row, "destroy_begun_at"),
                row.getLong("uses_reserved"));
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
