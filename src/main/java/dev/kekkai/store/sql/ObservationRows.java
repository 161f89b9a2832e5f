package dev.kekkai.store.sql;

import dev.kekkai.id.NodeId;
import dev.kekkai.store.StoredObservation;
import dev.kekkai.store.StoredObservation.Counters;
import dev.kekkai.store.StoredObservation.Signed;
import dev.kekkai.store.UntrustedStoreException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** Rows of {@code node_observation}. What cannot be read of them is as if it had not been seen. */
final class ObservationRows {
    private static final String COLUMNS = "node_id, seen_at, accepted, verdict, trust, tls_key, certificate_ends,"
            + " gateway, counter_era, resets, restarts, seen_signed, counted_signed";

    /** Of two gateways' words the later counts, unless its time is one that cannot be, or it is no gateway's. */
    private static final String SEEN = "INSERT INTO node_observation (" + COLUMNS
            + ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
            + " ON CONFLICT (node_id) DO UPDATE SET seen_at = excluded.seen_at, accepted = excluded.accepted,"
            + " verdict = excluded.verdict, trust = excluded.trust, tls_key = excluded.tls_key,"
            + " certificate_ends = excluded.certificate_ends, gateway = excluded.gateway,"
            + " seen_signed = excluded.seen_signed"
            + " WHERE excluded.seen_at >= node_observation.seen_at OR node_observation.seen_at > ?"
            + " OR node_observation.seen_signed = ?";

    private static final String COUNTED =
            "UPDATE node_observation SET counter_era = ?, resets = ?, restarts = ?, counted_signed = ? WHERE node_id = ?"
                    + " AND ((counter_era, resets, restarts) < (?, ?, ?) OR counted_signed = ?)";

    /** No signature. */
    private static final String NONE = "-";

    private ObservationRows() {}

    static List<StoredObservation> all(Connection connection) throws SQLException, UntrustedStoreException {
        Bounds.OBSERVATIONS.checkTable(connection);
        try (PreparedStatement query = connection.prepareStatement("SELECT " + COLUMNS + " FROM node_observation");
                ResultSet row = query.executeQuery()) {
            List<StoredObservation> all = new ArrayList<>();
            while (row.next()) {
                String node = KeyringRows.text(row, 1);
                StoredObservation read = read(row);
                KeyringRows.readable(new ArrayList<>(), node, () -> all.add(named(node, read)));
            }
            return all;
        }
    }

    private static StoredObservation read(ResultSet row) throws SQLException {
        long ends = row.getLong(7);
        Optional<Instant> certificateEnds = row.wasNull() ? Optional.empty() : Optional.of(Instant.ofEpochMilli(ends));
        long resets = row.getLong(10);
        long restarts = row.getLong(11);
        boolean counted = unsigned(resets) && unsigned(restarts);
        return new StoredObservation(
                new NodeId(new UUID(0, 0)),
                Instant.ofEpochMilli(row.getLong(2)),
                row.getInt(3) == 1,
                KeyringRows.text(row, 4),
                row.getInt(9),
                counted ? Optional.of(new Counters(resets, restarts)) : Optional.empty(),
                Optional.ofNullable(row.getString(5)),
                Optional.ofNullable(row.getString(6)),
                certificateEnds,
                KeyringRows.text(row, 8),
                new Signed(KeyringRows.text(row, 12), KeyringRows.text(row, 13)));
    }

    private static boolean unsigned(long number) {
        return number >= 0 && number <= 0xFFFFFFFFL;
    }

    private static StoredObservation named(String node, StoredObservation it) {
        return new StoredObservation(
                new NodeId(UUID.fromString(node)),
                it.at(),
                it.accepted(),
                it.verdict(),
                it.counterEra(),
                it.counters(),
                it.trust(),
                it.tlsKey(),
                it.certificateEnds(),
                it.gateway(),
                it.signed());
    }

    /** @param refused what is there and so signed is replaced */
    static void write(Connection connection, StoredObservation it, Instant latest, Optional<Signed> refused)
            throws SQLException {
        long resets = it.counters().map(Counters::resets).orElse(-1L);
        long restarts = it.counters().map(Counters::restarts).orElse(-1L);
        try (PreparedStatement seen = connection.prepareStatement(SEEN)) {
            seen.setString(1, it.node().toString());
            seen.setLong(2, it.at().toEpochMilli());
            seen.setInt(3, it.accepted() ? 1 : 0);
            seen.setString(4, it.verdict());
            seen.setString(5, it.trust().orElse(null));
            seen.setString(6, it.tlsKey().orElse(null));
            if (it.certificateEnds().isPresent()) {
                seen.setLong(7, it.certificateEnds().get().toEpochMilli());
            } else {
                seen.setNull(7, Types.BIGINT);
            }
            seen.setString(8, it.gateway());
            seen.setInt(9, it.counterEra());
            seen.setLong(10, resets);
            seen.setLong(11, restarts);
            seen.setString(12, it.signed().seen());
            seen.setString(13, it.signed().counted());
            seen.setLong(14, latest.toEpochMilli());
            seen.setString(15, refused.map(Signed::seen).orElse(NONE));
            seen.executeUpdate();
        }
        try (PreparedStatement counted = connection.prepareStatement(COUNTED)) {
            counted.setInt(1, it.counterEra());
            counted.setLong(2, resets);
            counted.setLong(3, restarts);
            counted.setString(4, it.signed().counted());
            counted.setString(5, it.node().toString());
            counted.setInt(6, it.counterEra());
            counted.setLong(7, resets);
            counted.setLong(8, restarts);
            counted.setString(9, refused.map(Signed::counted).orElse(NONE));
            counted.executeUpdate();
        }
    }
}
