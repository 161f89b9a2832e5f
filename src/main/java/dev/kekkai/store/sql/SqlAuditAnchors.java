package dev.kekkai.store.sql;

import dev.kekkai.store.AuditAnchor;
import dev.kekkai.store.AuditAnchors;
import dev.kekkai.store.StoreException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;

/** Anchors of audit trails in a SQL database. */
final class SqlAuditAnchors implements AuditAnchors {
    private static final String COLUMNS = "SELECT seq, hash, signed_at, signature FROM audit_anchor WHERE replica = ?";

    private final Transactions transactions;

    SqlAuditAnchors(Transactions transactions) {
        this.transactions = transactions;
    }

    @Override
    public void add(AuditAnchor anchor) throws StoreException {
        transactions.run("keep an anchor of the audit trail", connection -> insert(connection, anchor));
    }

    private static int insert(Connection connection, AuditAnchor anchor) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement(
                "INSERT INTO audit_anchor (replica, seq, hash, signed_at, signature) VALUES (?, ?, ?, ?, ?)"
                        + " ON CONFLICT DO NOTHING")) {
            insert.setString(1, anchor.replica().toString());
            insert.setLong(2, anchor.seq());
            insert.setString(3, HexFormat.of().formatHex(anchor.hash()));
            insert.setLong(4, anchor.time().toEpochMilli());
            insert.setString(5, HexFormat.of().formatHex(anchor.signature()));
            return insert.executeUpdate();
        }
    }

    @Override
    public List<AuditAnchor> of(UUID replica, long after, int most) throws StoreException {
        return transactions.read(
                "read the anchors of the audit trail",
                connection -> select(
                        connection, replica, COLUMNS + " AND seq > ? ORDER BY seq, signed_at LIMIT ?", after, most));
    }

    @Override
    public List<AuditAnchor> latest(UUID replica, int most) throws StoreException {
        return transactions.read(
                "read the last anchors of the audit trail",
                connection ->
                        select(connection, replica, COLUMNS + " ORDER BY seq DESC, signed_at DESC LIMIT ?", most));
    }

    private static List<AuditAnchor> select(Connection connection, UUID replica, String sql, long... more)
            throws SQLException {
        try (PreparedStatement query = connection.prepareStatement(sql)) {
            query.setString(1, replica.toString());
            for (int i = 0; i < more.length; i++) {
                query.setLong(i + 2, more[i]);
            }
            List<AuditAnchor> anchors = new ArrayList<>();
            try (ResultSet row = query.executeQuery()) {
                while (row.next()) {
                    anchors.add(new AuditAnchor(
                            replica,
                            row.getLong(1),
                            bytes(KeyringRows.text(row, 2)),
                            Instant.ofEpochMilli(row.getLong(3)),
                            bytes(KeyringRows.text(row, 4))));
                }
            }
            return anchors;
        }
    }

    /** What is no hexadecimal text verifies as nothing; whoever verifies the anchor says so. */
    private static byte[] bytes(String text) {
        try {
            return HexFormat.of().parseHex(text);
        } catch (IllegalArgumentException e) {
            return new byte[0];
        }
    }
}
