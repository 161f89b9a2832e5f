package dev.kekkai.admin;

import dev.kekkai.audit.AuditException;
import dev.kekkai.custody.CustodyException;
import dev.kekkai.id.TenantId;
import dev.kekkai.keyring.Keyring;
import dev.kekkai.keyring.KeyringException;
import dev.kekkai.store.StoreException;
import dev.kekkai.store.UntrustedStoreException;
import dev.kekkai.wire.admin.v1.AdoptKeysRequest;
import dev.kekkai.wire.admin.v1.ChangeKeyRequest;
import dev.kekkai.wire.admin.v1.CreateKeyRequest;
import dev.kekkai.wire.admin.v1.KeyChange;
import dev.kekkai.wire.admin.v1.KeysGrpc;
import dev.kekkai.wire.admin.v1.ListKeysRequest;
import dev.kekkai.wire.admin.v1.ListKeysResponse;
import dev.kekkai.wire.admin.v1.ReconcileStoreRequest;
import dev.kekkai.wire.admin.v1.RotateKeyRequest;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Answers {@code kekkai key} from inside the running server, and puts what was changed into service before it answers. */
public final class KeyService implements KeysGrpc.AsyncService {
    private final KeyDesk desk;
    private final Map<TenantId, Keyring> keyrings;

    /** For a server of the default tenant alone. */
    public KeyService(KeyDesk desk, Keyring keyring) {
        this(desk, Map.of(TenantId.DEFAULT, keyring));
    }

    /** @param keyrings those in service, which others may join; orders for others are carried out and take effect when they are opened */
    public KeyService(KeyDesk desk, Map<TenantId, Keyring> keyrings) {
        this.desk = desk;
        this.keyrings = keyrings;
    }

    @Override
    public void listKeys(ListKeysRequest request, StreamObserver<ListKeysResponse> observer) {
        answer(observer, () -> desk.list(request));
    }

    @Override
    public void createKey(CreateKeyRequest request, StreamObserver<KeyChange> observer) {
        change(observer, request.getTenant(), () -> desk.create(request));
    }

    @Override
    public void rotateKey(RotateKeyRequest request, StreamObserver<KeyChange> observer) {
        change(observer, request.getTenant(), () -> desk.rotate(request));
    }

    @Override
    public void adoptKeys(AdoptKeysRequest request, StreamObserver<KeyChange> observer) {
        change(observer, request.getTenant(), () -> desk.adopt(request));
    }

    @Override
    public void changeKey(ChangeKeyRequest request, StreamObserver<KeyChange> observer) {
        change(observer, request.getTenant(), () -> desk.change(request));
    }

    @Override
    public void reconcileStore(ReconcileStoreRequest request, StreamObserver<KeyChange> observer) {
        change(observer, "", () -> desk.reconcile(request));
    }

    /** The body of a call. */
    private interface Call<T> {
        T make() throws KeyringException, CustodyException, StoreException, AuditException;
    }

    /** Reloads also after a failure: it may have come when half was done. */
    private void change(StreamObserver<KeyChange> observer, String tenant, Call<KeyChange> call) {
        answer(observer, () -> {
            boolean done = false;
            try {
                KeyChange change = call.make();
                done = true;
                return change;
            } finally {
                reload(keyrings.get(desk.tenant(tenant)), done);
            }
        });
    }

    static void reload(@Nullable Keyring keyring, boolean done) throws StoreException {
        if (keyring == null) {
            return;
        }
        if (done) {
            keyring.reload();
        } else {
            keyring.reloadLater();
        }
    }

    private static <T> void answer(StreamObserver<T> observer, Call<T> call) {
        try {
            T response = call.make();
            observer.onNext(response);
            observer.onCompleted();
        } catch (KeyringException
                | UntrustedStoreException
                | CustodyException.KeyMissing
                | CustodyException.KeyUnsafe e) {
            observer.onError(
                    Status.FAILED_PRECONDITION.withDescription(e.getMessage()).asRuntimeException());
        } catch (CustodyException | StoreException | AuditException e) {
            observer.onError(Status.UNAVAILABLE.withDescription(e.getMessage()).asRuntimeException());
        }
    }
}
