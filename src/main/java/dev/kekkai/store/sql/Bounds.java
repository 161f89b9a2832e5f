package dev.kekkai.store.sql;

import dev.kekkai.store.UntrustedStoreException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;

/** How much is read of a database into memory: far more than Kekkai ever writes, and not as much as somebody else could. */
record Bounds(String table, int mostRows, List<String> texts) {
    private static final List<Bounds> ALL = List.of(
            new Bounds("tenant", 5_000, List.of("id", "name")),
            new Bounds("keyring", 5_000, List.of("tenant_id", "lineage")),
            new Bounds("key_version", 10_000, List.of("version_id", "lineage", "state", "canary")),
            new Bounds("learned_key_id", 20_000, List.of("key_id", "version_id")),
            new Bounds("authority_entry", 100_000, List.of("entry")),
            new Bounds("authority_head", 1, List.of("hash", "signature")));

    /** Read apart from the others: nothing of the chain hangs on them. */
    static final Bounds OBSERVATIONS = new Bounds(
            "node_observation",
            20_000,
            List.of("node_id", "verdict", "trust", "tls_key", "gateway", "seen_signed", "counted_signed"));

    static final Bounds CLAIMS =
            new Bounds("node_claim", 10_000, List.of("tenant_id", "ek", "spki", "host_name", "source"));

    /** Of the texts of one column together: an entry of the chain has a few hundred bytes, in hexadecimal, and one with a policy some thousand. */
    private static final long MOST_CHARACTERS = 64L << 20;

    Bounds {
        texts = List.copyOf(texts);
    }

    static void check(Connection connection) throws SQLException, UntrustedStoreException {
        for (Bounds bounds : ALL) {
            bounds.checkTable(connection);
        }
    }

    void checkTable(Connection connection) throws SQLException, UntrustedStoreException {
        StringBuilder sql = new StringBuilder("SELECT COUNT(*)");
        for (String text : texts) {
            sql.append(", COALESCE(SUM(LENGTH(").append(text).append(")), 0)");
        }
        try (PreparedStatement query = connection.prepareStatement(
                        sql.append(" FROM ").append(table).toString());
                ResultSet row = query.executeQuery()) {
            row.next();
            for (int column = 1; column <= texts.size() + 1; column++) {
                long most = column == 1 ? mostRows : MOST_CHARACTERS;
                if (row.getLong(column) > most) {
                    throw new UntrustedStoreException(
                            "the table " + table + " holds more than Kekkai ever writes ("
                                    + row.getLong(column)
                                    + (column == 1 ? " rows" : " characters in " + texts.get(column - 2))
                                    + "), and is not read. Somebody or something other than Kekkai wrote to the database: restore it from a backup");
                }
            }
        }
    }
}
