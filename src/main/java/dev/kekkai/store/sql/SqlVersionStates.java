package dev.kekkai.store.sql;

import dev.kekkai.custody.Provenance;
import dev.kekkai.id.TenantId;
import dev.kekkai.id.VersionId;
import dev.kekkai.store.StoreException;
import dev.kekkai.store.VersionStates;
import java.sql.PreparedStatement;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;

/** Each step is one UPDATE that names the state it starts from, so that no step can be taken twice or out of turn. */
final class SqlVersionStates implements VersionStates {
    private static final String OF_TENANT =
            " AND version_id = ? AND lineage = (SELECT lineage FROM keyring WHERE tenant_id = ?)";

    private final Transactions transactions;

    SqlVersionStates(Transactions transactions) {
        this.transactions = transactions;
    }

    @Override
    public void schedule(TenantId tenant, VersionId version, Instant at) throws StoreException {
        update(
                "set the time of activation",
                "activate_at = ? WHERE state = 'PREPARED'",
                tenant,
                version,
                at.toEpochMilli());
    }

    @Override
    public void retire(TenantId tenant, VersionId version, Instant now) throws StoreException {
        update(
                "retire",
                "state = 'RETIRED', activate_at = NULL, retired_at = ? WHERE state = 'PREPARED'",
                tenant,
                version,
                now.toEpochMilli());
    }

    @Override
    public void disable(TenantId tenant, VersionId version, Instant now) throws StoreException {
        update(
                "disable",
                "state = 'DISABLED', disabled_at = ? WHERE state = 'RETIRED'",
                tenant,
                version,
                now.toEpochMilli());
    }

    @Override
    public void enable(TenantId tenant, VersionId version) throws StoreException {
        update(
                "enable",
                "state = 'RETIRED', disabled_at = NULL, destroy_begun_at = NULL WHERE state = 'DISABLED'",
                tenant,
                version);
    }

    @Override
    public void beginDestroying(TenantId tenant, VersionId version, Instant now) throws StoreException {
        update(
                "begin to destroy",
                "destroy_begun_at = COALESCE(destroy_begun_at, ?) WHERE state = 'DISABLED'",
                tenant,
                version,
                now.toEpochMilli());
    }

    @Override
    public void destroyed(TenantId tenant, VersionId version) throws StoreException {
        update(
                "destroy",
                "state = 'DESTROYED' WHERE state = 'DISABLED' AND destroy_begun_at IS NOT NULL",
                tenant,
                version);
    }

    @Override
    public void replaceProvenance(TenantId tenant, VersionId version, Provenance now) throws StoreException {
        update(
                "record the history of",
                "born_local = ?, always_sensitive = ?, never_extractable = ? WHERE state <> 'DESTROYED'",
                tenant,
                version,
                now.local() ? 1 : 0,
                now.alwaysSensitive() ? 1 : 0,
                now.neverExtractable() ? 1 : 0);
    }

    @Override
    public void replaceCanary(TenantId tenant, VersionId version, byte[] canary) throws StoreException {
        update(
                "replace the canary of",
                "canary = ? WHERE state IN ('RETIRED', 'DISABLED')",
                tenant,
                version,
                HexFormat.of().formatHex(canary));
    }

    private void update(String what, String assignment, TenantId tenant, VersionId version, Object... values)
            throws StoreException {
        int changed = transactions.run(what + " a key version", connection -> {
            try (PreparedStatement update =
                    connection.prepareStatement("UPDATE key_version SET " + assignment + OF_TENANT)) {
                int index = 1;
                for (Object value : List.of(values)) {
                    update.setObject(index++, value);
                }
                update.setString(index++, version.toString());
                update.setString(index, tenant.toString());
                return update.executeUpdate();
            }
        });
        if (changed != 1) {
            throw new StoreException("cannot " + what + " version " + version
                    + ": it is not in the state that this starts from; 'kekkai key list' shows it");
        }
    }
}
