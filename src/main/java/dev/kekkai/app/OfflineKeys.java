package dev.kekkai.app;

import dev.kekkai.admin.KeyMessages;
import dev.kekkai.audit.AuditException;
import dev.kekkai.custody.CustodyException;
import dev.kekkai.envelope.Mechanism;
import dev.kekkai.id.Lineage;
import dev.kekkai.id.TenantId;
import dev.kekkai.keyring.KeyAdministration;
import dev.kekkai.keyring.KeyringException;
import dev.kekkai.keyring.Operator;
import dev.kekkai.store.StoreException;
import dev.kekkai.wire.admin.v1.KeyVersion;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the admin socket does with keys, for when no server runs; in the same messages. */
public final class OfflineKeys {
    private final KeyAdministration keys;

    /** Borrows a workbench. */
    public OfflineKeys(Workbench bench) {
        this.keys = bench.keys();
    }

    public List<KeyVersion> list() throws StoreException {
        return keys.keyring(TenantId.DEFAULT)
                .map(keyring -> keyring.versions().stream().map(KeyMessages::of).toList())
                .orElse(List.of());
    }

    /** See {@link KeyAdministration#create}. */
    public KeyVersion create(Mechanism mechanism, boolean newKeyring, Operator operator)
            throws KeyringException, CustodyException, StoreException, AuditException {
        return KeyMessages.of(keys.create(TenantId.DEFAULT, mechanism, newKeyring, operator));
    }

    /** See {@link KeyAdministration#adopt}. */
    public List<KeyVersion> adopt(@Nullable Lineage lineage, boolean acceptProvenance, Operator operator)
            throws KeyringException, CustodyException, StoreException, AuditException {
        return keys.adopt(TenantId.DEFAULT, lineage, acceptProvenance, operator).stream()
                .map(KeyMessages::of)
                .toList();
    }
}
