package dev.kekkai.app;

import dev.kekkai.admin.KeyDesk;
import dev.kekkai.audit.AuditException;
import dev.kekkai.custody.CustodyException;
import dev.kekkai.keyring.KeyAdministration;
import dev.kekkai.keyring.KeyringException;
import dev.kekkai.keyring.Operator;
import dev.kekkai.store.StoreException;
import dev.kekkai.wire.admin.v1.AdoptKeysRequest;
import dev.kekkai.wire.admin.v1.ChangeKeyRequest;
import dev.kekkai.wire.admin.v1.CreateKeyRequest;
import dev.kekkai.wire.admin.v1.KeyChange;
import dev.kekkai.wire.admin.v1.ListKeysRequest;
import dev.kekkai.wire.admin.v1.ListKeysResponse;
import dev.kekkai.wire.admin.v1.ReconcileStoreRequest;
import dev.kekkai.wire.admin.v1.RotateKeyRequest;

/** What the admin socket does with keys, for when no server runs; in the same messages. Throws what {@link KeyDesk} throws. */
public final class OfflineKeys {
    private final KeyDesk desk;

    /** Borrows a workbench. */
    public OfflineKeys(Workbench bench, Operator operator) {
        KeyAdministration keys = bench.keys();
        this.desk = bench.desk(keys, bench.approvals(keys), operator);
    }

    public ListKeysResponse list(ListKeysRequest request) throws KeyringException, StoreException {
        return desk.list(request);
    }

    public KeyChange create(CreateKeyRequest request)
            throws KeyringException, CustodyException, StoreException, AuditException {
        return desk.create(request);
    }

    public KeyChange rotate(RotateKeyRequest request)
            throws KeyringException, CustodyException, StoreException, AuditException {
        return desk.rotate(request);
    }

    public KeyChange adopt(AdoptKeysRequest request)
            throws KeyringException, CustodyException, StoreException, AuditException {
        return desk.adopt(request);
    }

    public KeyChange change(ChangeKeyRequest request)
            throws KeyringException, CustodyException, StoreException, AuditException {
        return desk.change(request);
    }

    public KeyChange reconcile(ReconcileStoreRequest request)
            throws KeyringException, CustodyException, StoreException, AuditException {
        return desk.reconcile(request);
    }
}
