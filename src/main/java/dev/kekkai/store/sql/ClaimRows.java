package dev.kekkai.store.sql;

import dev.kekkai.id.TenantId;
import dev.kekkai.store.EkMark;
import dev.kekkai.store.FleetStore;
import dev.kekkai.store.StoredClaim;
import dev.kekkai.store.UntrustedStoreException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** Rows of {@code node_claim}. */
final class ClaimRows {
    private static final String NEW =
            "INSERT INTO node_claim (tenant_id, ek_kind, ek, spki, host_name, source, first_at, last_at)"
                    + " SELECT ?, ?, ?, ?, ?, ?, ?, ? WHERE (SELECT COUNT(*) FROM node_claim) < "
                    + FleetStore.MOST_CLAIMS;
    private static final String AGAIN =
            "UPDATE node_claim SET host_name = ?, source = ?, last_at = ? WHERE tenant_id = ? AND ek = ?";

    private ClaimRows() {}

    static List<StoredClaim> all(Connection connection) throws SQLException, UntrustedStoreException {
        Bounds.CLAIMS.checkTable(connection);
        try (PreparedStatement query = connection.prepareStatement(
                        "SELECT tenant_id, ek_kind, ek, spki, host_name, source, first_at, last_at FROM node_claim"
                                + " ORDER BY first_at LIMIT " + FleetStore.MOST_CLAIMS);
                ResultSet row = query.executeQuery()) {
            List<StoredClaim> all = new ArrayList<>();
            while (row.next()) {
                String tenant = KeyringRows.text(row, 1);
                String kind = KeyringRows.text(row, 2);
                String ek = KeyringRows.text(row, 3);
                String spki = KeyringRows.text(row, 4);
                String host = KeyringRows.text(row, 5);
                String source = KeyringRows.text(row, 6);
                Instant first = Instant.ofEpochMilli(row.getLong(7));
                Instant last = Instant.ofEpochMilli(row.getLong(8));
                KeyringRows.readable(
                        new ArrayList<>(),
                        ek,
                        () -> all.add(new StoredClaim(
                                new TenantId(UUID.fromString(tenant)),
                                new EkMark(EkMark.Kind.valueOf(kind), ek),
                                spki,
                                host,
                                source,
                                first,
                                last)));
            }
            return all;
        }
    }

    static void forget(Connection connection, StoredClaim claim) throws SQLException {
        try (PreparedStatement delete =
                connection.prepareStatement("DELETE FROM node_claim WHERE tenant_id = ? AND ek = ?")) {
            delete.setString(1, claim.tenant().toString());
            delete.setString(2, claim.ek().hex());
            delete.executeUpdate();
        }
    }

    static void write(Connection connection, StoredClaim claim) throws SQLException {
        try (PreparedStatement again = connection.prepareStatement(AGAIN)) {
            again.setString(1, claim.hostName());
            again.setString(2, claim.source());
            again.setLong(3, claim.last().toEpochMilli());
            again.setString(4, claim.tenant().toString());
            again.setString(5, claim.ek().hex());
            if (again.executeUpdate() == 1) {
                return;
            }
        }
        try (PreparedStatement insert = connection.prepareStatement(NEW)) {
            insert.setString(1, claim.tenant().toString());
            insert.setString(2, claim.ek().kind().name());
            insert.setString(3, claim.ek().hex());
            insert.setString(4, claim.spki());
            insert.setString(5, claim.hostName());
            insert.setString(6, claim.source());
            insert.setLong(7, claim.first().toEpochMilli());
            insert.setLong(8, claim.last().toEpochMilli());
            insert.executeUpdate();
        }
    }
}
