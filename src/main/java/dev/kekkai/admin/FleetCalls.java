package dev.kekkai.admin;

import dev.kekkai.audit.AuditException;
import dev.kekkai.fleet.FleetException;
import dev.kekkai.store.StoreException;
import dev.kekkai.store.UntrustedStoreException;
import dev.kekkai.wire.admin.v1.ChangeNodeRequest;
import dev.kekkai.wire.admin.v1.ChangePolicyRequest;
import dev.kekkai.wire.admin.v1.EnrollNodesRequest;
import dev.kekkai.wire.admin.v1.FleetChanged;
import dev.kekkai.wire.admin.v1.ListNodesRequest;
import dev.kekkai.wire.admin.v1.ListNodesResponse;
import dev.kekkai.wire.admin.v1.ListPoliciesRequest;
import dev.kekkai.wire.admin.v1.ListPoliciesResponse;
import dev.kekkai.wire.admin.v1.NodesGrpc;
import dev.kekkai.wire.admin.v1.PoliciesGrpc;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;

/** Answers {@code kekkai node} and {@code kekkai policy} from inside the running server. */
public final class FleetCalls implements NodesGrpc.AsyncService, PoliciesGrpc.AsyncService {
    private final FleetDesk desk;

    public FleetCalls(FleetDesk desk) {
        this.desk = desk;
    }

    @Override
    public void listNodes(ListNodesRequest request, StreamObserver<ListNodesResponse> observer) {
        answer(observer, () -> desk.list(request));
    }

    @Override
    public void enrollNodes(EnrollNodesRequest request, StreamObserver<FleetChanged> observer) {
        answer(observer, () -> desk.enroll(request));
    }

    @Override
    public void changeNode(ChangeNodeRequest request, StreamObserver<FleetChanged> observer) {
        answer(observer, () -> desk.change(request));
    }

    @Override
    public void listPolicies(ListPoliciesRequest request, StreamObserver<ListPoliciesResponse> observer) {
        answer(observer, () -> desk.list(request));
    }

    @Override
    public void changePolicy(ChangePolicyRequest request, StreamObserver<FleetChanged> observer) {
        answer(observer, () -> desk.change(request));
    }

    /** The body of a call. */
    private interface Call<T> {
        T make() throws FleetException, StoreException, AuditException;
    }

    private static <T> void answer(StreamObserver<T> observer, Call<T> call) {
        try {
            T response = call.make();
            observer.onNext(response);
            observer.onCompleted();
        } catch (FleetException e) {
            observer.onError(
                    Status.INVALID_ARGUMENT.withDescription(e.getMessage()).asRuntimeException());
        } catch (UntrustedStoreException e) {
            observer.onError(
                    Status.FAILED_PRECONDITION.withDescription(e.getMessage()).asRuntimeException());
        } catch (StoreException | AuditException e) {
            observer.onError(Status.UNAVAILABLE.withDescription(e.getMessage()).asRuntimeException());
        }
    }
}
