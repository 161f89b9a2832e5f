package dev.kekkai.admin;

import dev.kekkai.approval.ApprovalException;
import dev.kekkai.audit.AuditException;
import dev.kekkai.custody.CustodyException;
import dev.kekkai.id.TenantId;
import dev.kekkai.keyring.Keyring;
import dev.kekkai.keyring.KeyringException;
import dev.kekkai.store.StoreException;
import dev.kekkai.store.UntrustedStoreException;
import dev.kekkai.wire.admin.v1.ApprovalDecided;
import dev.kekkai.wire.admin.v1.ApprovalsGrpc;
import dev.kekkai.wire.admin.v1.DecideApprovalRequest;
import dev.kekkai.wire.admin.v1.ListApprovalsRequest;
import dev.kekkai.wire.admin.v1.ListApprovalsResponse;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.util.Map;

/** Answers {@code kekkai approval} from inside the running server, and puts what was carried out into service before it answers. */
public final class ApprovalCalls implements ApprovalsGrpc.AsyncService {
    private final ApprovalDesk desk;
    private final Map<TenantId, Keyring> keyrings;

    /** @param keyrings those in service, which go on being so */
    public ApprovalCalls(ApprovalDesk desk, Map<TenantId, Keyring> keyrings) {
        this.desk = desk;
        this.keyrings = keyrings;
    }

    @Override
    public void listApprovals(ListApprovalsRequest request, StreamObserver<ListApprovalsResponse> observer) {
        answer(observer, () -> desk.list(request));
    }

    @Override
    public void decideApproval(DecideApprovalRequest request, StreamObserver<ApprovalDecided> observer) {
        answer(observer, () -> {
            boolean done = false;
            try {
                ApprovalDecided decided = desk.decide(request);
                done = true;
                return decided;
            } finally {
                KeyService.reload(keyrings.get(desk.tenant(request.getTenant())), done);
            }
        });
    }

    /** The body of a call. */
    private interface Call<T> {
        T make() throws KeyringException, CustodyException, StoreException, AuditException, ApprovalException;
    }

    private static <T> void answer(StreamObserver<T> observer, Call<T> call) {
        try {
            T response = call.make();
            observer.onNext(response);
            observer.onCompleted();
        } catch (ApprovalException e) {
            observer.onError(
                    Status.INVALID_ARGUMENT.withDescription(e.getMessage()).asRuntimeException());
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
