package dev.kekkai.store.sql;

import dev.kekkai.store.StoreException;
import dev.kekkai.store.UntrustedStoreException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jboss.logging.Logger;

/** How much is read of a database into memory: far more than Kekkai ever writes, and not as much as somebody else could. */
record Bounds(String table, int mostRows, List<String> texts) {
    private static final List<Bounds> ALL = List.of(
            new Bounds("tenant", 5_000, List.of("id", "name")),
            new Bounds("keyring", 5_000, List.of("tenant_id", "lineage")),
            new Bounds("key_version", 10_000, List.of("version_id", "lineage", "state", "canary")),
            new Bounds("learned_key_id", 20_000, List.of("key_id", "version_id")),
            new Bounds("authority_entry", 200_000, List.of("entry")),
            new Bounds("authority_head", 1, List.of("hash", "signature")));

    /** Read apart from the others: nothing of the chain hangs on them. */
    static final Bounds OBSERVATIONS = new Bounds(
            "node_observation",
            20_000,
            List.of("node_id", "verdict", "trust", "tls_key", "gateway", "seen_signed", "counted_signed"));

    static final Bounds CLAIMS =
            new Bounds("node_claim", 10_000, List.of("tenant_id", "ek", "spki", "host_name", "source"));

    /** Of the texts of one column together: an entry of the chain has a few hundred bytes, in hexadecimal, and one with a policy some thousand. */
    private static final long MOST_CHARACTERS = 128L << 20;

    private static final String WAY_OUT =
            "Each change of a policy keeps its whole document: smaller documents and fewer changes last longer. A newer version of Kekkai may"
                    + " read more";

    private static final Logger LOG = Logger.getLogger(Bounds.class);

    Bounds {
        texts = List.copyOf(texts);
    }

    static void check(Connection connection) throws SQLException, UntrustedStoreException {
        for (Bounds bounds : ALL) {
            bounds.checkTable(connection);
        }
    }

    /**
     * To be called before a change is committed, so that none makes of the store what is not read any more. Past the half of a bound each change says so in
     * the log.
     *
     * @param urgent whether it may use up the last tenth, which is kept for what takes power away and for what nodes and keys need to go on
     * @throws StoreException if the change is one too many
     */
    static void checkWritten(Connection connection, boolean urgent) throws SQLException, StoreException {
        for (Bounds bounds : ALL) {
            for (Filled filled : bounds.filled(connection)) {
                long most = urgent ? filled.most() : filled.most() - filled.most() / 10;
                if (filled.now() > most) {
                    throw new StoreException("the change is refused: with it the table " + bounds.table()
                            + " would hold " + filled.now() + filled.of() + ", of " + filled.most() + " that are read"
                            + (urgent
                                    ? ", and the store could not be read again. "
                                    : "; the last tenth is kept for evictions and keys. ")
                            + WAY_OUT);
                }
                if (bounds.mostRows() > 1 && filled.now() > filled.most() / 2) {
                    LOG.warnf(
                            "the table %s holds %d%s, more than half of the %d that are read; at that number changes are refused. %s",
                            bounds.table(), filled.now(), filled.of(), filled.most(), WAY_OUT);
                }
            }
        }
    }

    void checkTable(Connection connection) throws SQLException, UntrustedStoreException {
        for (Filled filled : filled(connection)) {
            if (filled.now() > filled.most()) {
                throw new UntrustedStoreException(
                        "the table " + table + " holds more than Kekkai ever writes (" + filled.now() + filled.of()
                                + "), and is not read. Somebody or something other than Kekkai wrote to the database: restore it from a backup");
            }
        }
    }

    /** How far one bound is used up, and what of. */
    private record Filled(long now, long most, String of) {}

    private List<Filled> filled(Connection connection) throws SQLException {
        StringBuilder sql = new StringBuilder("SELECT COUNT(*)");
        for (String text : texts) {
            sql.append(", COALESCE(SUM(LENGTH(").append(text).append(")), 0)");
        }
        try (PreparedStatement query = connection.prepareStatement(
                        sql.append(" FROM ").append(table).toString());
                ResultSet row = query.executeQuery()) {
            row.next();
            List<Filled> filled = new ArrayList<>();
            filled.add(new Filled(row.getLong(1), mostRows, " rows"));
            for (int column = 0; column < texts.size(); column++) {
                filled.add(new Filled(row.getLong(column + 2), MOST_CHARACTERS, " characters in " + texts.get(column)));
            }
            return filled;
        }
    }
}
