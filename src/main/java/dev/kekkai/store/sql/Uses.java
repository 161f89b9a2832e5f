package dev.kekkai.store.sql;

import dev.kekkai.id.VersionId;
import dev.kekkai.store.KeyringStore;
import dev.kekkai.store.Notary;
import dev.kekkai.store.StoreException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.OptionalLong;
import org.jboss.logging.Logger;

/**
 * Sets uses aside, never below what this host has seen: the count is the one thing that does not follow from the authority chain, so whoever
 * writes to the database can lower it, and is found out here.
 */
final class Uses {
    private static final Logger LOG = Logger.getLogger(Uses.class);

    private final Transactions transactions;
    private final Notary notary;

    Uses(Transactions transactions, Notary notary) {
        this.transactions = transactions;
        this.notary = notary;
    }

    boolean reserve(VersionId version, long wanted) throws StoreException {
        long seen = notary.usesSeen(version);
        OptionalLong total = transactions.run("reserve uses of a key version", connection -> {
            if (raise(connection, version, seen)) {
                LOG.errorf(
                        "the store counts fewer uses of KEK version %s than this host has seen (%d): it was rolled back, or somebody lowered"
                                + " the count. It is raised again",
                        version, seen);
            }
            if (add(connection, version, wanted)) {
                return total(connection, version);
            }
            if (total(connection, version).isEmpty()) {
                throw new StoreException("the store has no KEK version " + version
                        + ", so no uses of it can be reserved: it was put back to before that was made");
            }
            return OptionalLong.empty();
        });
        if (total.isPresent()) {
            notary.usesReserved(version, total.getAsLong());
        }
        return total.isPresent();
    }

    private static boolean raise(Connection connection, VersionId version, long seen) throws SQLException {
        try (PreparedStatement raise = connection.prepareStatement(
                "UPDATE key_version SET uses_reserved = ? WHERE version_id = ? AND uses_reserved < ?")) {
            raise.setLong(1, seen);
            raise.setString(2, version.toString());
            raise.setLong(3, seen);
            return raise.executeUpdate() == 1;
        }
    }

    private static boolean add(Connection connection, VersionId version, long wanted) throws SQLException {
        try (PreparedStatement reserve =
                connection.prepareStatement("UPDATE key_version SET uses_reserved = uses_reserved + ?"
                        + " WHERE version_id = ? AND uses_reserved + ? <= " + KeyringStore.MOST_USES)) {
            reserve.setLong(1, wanted);
            reserve.setString(2, version.toString());
            reserve.setLong(3, wanted);
            return reserve.executeUpdate() == 1;
        }
    }

    private static OptionalLong total(Connection connection, VersionId version) throws SQLException {
        try (PreparedStatement query =
                connection.prepareStatement("SELECT uses_reserved FROM key_version WHERE version_id = ?")) {
            query.setString(1, version.toString());
            try (ResultSet row = query.executeQuery()) {
                return row.next() ? OptionalLong.of(row.getLong(1)) : OptionalLong.empty();
            }
        }
    }
}
