package dev.kekkai.store.sql;

import dev.kekkai.store.ChainEntry;
import dev.kekkai.store.SignedHead;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/** Rows of the authority chain. */
final class ChainRows {
    private static final int FETCHED = 500;

    private ChainRows() {}

    /** From here to the end of the transaction nobody else changes anything but uses. */
    static void lock(Connection connection) throws SQLException {
        try (PreparedStatement lock =
                connection.prepareStatement("UPDATE authority_head SET serial = serial WHERE id = 1")) {
            lock.executeUpdate();
        }
    }

    static List<ChainEntry> entries(Connection connection) throws SQLException {
        try (PreparedStatement query =
                connection.prepareStatement("SELECT serial, entry FROM authority_entry ORDER BY serial")) {
            // Else the driver holds the text of all of them before the first is decoded.
            query.setFetchSize(FETCHED);
            try (ResultSet row = query.executeQuery()) {
                List<ChainEntry> entries = new ArrayList<>();
                while (row.next()) {
                    entries.add(new ChainEntry(row.getLong(1), bytes(KeyringRows.text(row, 2))));
                }
                return entries;
            }
        }
    }

    static Optional<SignedHead> head(Connection connection) throws SQLException {
        try (PreparedStatement query =
                        connection.prepareStatement("SELECT serial, hash, signature FROM authority_head WHERE id = 1");
                ResultSet row = query.executeQuery()) {
            return row.next() && !KeyringRows.text(row, 3).isEmpty()
                    ? Optional.of(new SignedHead(
                            row.getLong(1), bytes(KeyringRows.text(row, 2)), bytes(KeyringRows.text(row, 3))))
                    : Optional.empty();
        }
    }

    /** What is no hexadecimal text is no entry either; whoever verifies the chain says so. */
    private static byte[] bytes(String text) {
        try {
            return HexFormat.of().parseHex(text);
        } catch (IllegalArgumentException e) {
            return new byte[0];
        }
    }

    static void append(Connection connection, List<ChainEntry> entries) throws SQLException {
        try (PreparedStatement insert =
                connection.prepareStatement("INSERT INTO authority_entry (serial, entry) VALUES (?, ?)")) {
            for (ChainEntry entry : entries) {
                insert.setLong(1, entry.serial());
                insert.setString(2, HexFormat.of().formatHex(entry.bytes()));
                insert.executeUpdate();
            }
        }
    }

    static void write(Connection connection, SignedHead head) throws SQLException {
        if (write(connection, "UPDATE authority_head SET serial = ?, hash = ?, signature = ? WHERE id = 1", head)
                == 0) {
            write(connection, "INSERT INTO authority_head (serial, hash, signature, id) VALUES (?, ?, ?, 1)", head);
        }
    }

    private static int write(Connection connection, String sql, SignedHead head) throws SQLException {
        try (PreparedStatement write = connection.prepareStatement(sql)) {
            write.setLong(1, head.serial());
            write.setString(2, HexFormat.of().formatHex(head.hash()));
            write.setString(3, HexFormat.of().formatHex(head.signature()));
            return write.executeUpdate();
        }
    }
}
