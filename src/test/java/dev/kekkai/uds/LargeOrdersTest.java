package dev.kekkai.uds;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.kekkai.fleet.policy.PolicyDocument;
import dev.kekkai.wire.admin.v1.ChangePolicyRequest;
import dev.kekkai.wire.admin.v1.EnrollNodesRequest;
import dev.kekkai.wire.admin.v1.FleetChanged;
import dev.kekkai.wire.admin.v1.NodeToEnroll;
import dev.kekkai.wire.admin.v1.NodesGrpc;
import dev.kekkai.wire.admin.v1.PoliciesGrpc;
import io.grpc.stub.StreamObserver;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the command line takes, the admin socket takes too. */
class LargeOrdersTest {
    private static final int MACHINES = 5_000;

    @TempDir
    Path folder;

    @Test
    void as_many_machines_as_are_enrolled_at_once_fit_into_an_order() throws Exception {
        EnrollNodesRequest.Builder request = EnrollNodesRequest.newBuilder();
        for (int number = 0; number < MACHINES; number++) {
            request.addNodes(NodeToEnroll.newBuilder()
                    .setName("%063d".formatted(number))
                    .setGroup("g".repeat(63))
                    .setEk("%0100d".formatted(number)));
        }
        NodesGrpc.NodesImplBase counting = new NodesGrpc.NodesImplBase() {
            @Override
            public void enrollNodes(EnrollNodesRequest order, StreamObserver<FleetChanged> answer) {
                said(order.getNodesCount(), answer);
            }
        };
        try (UnixSocketServer server = UnixSocketServer.start(
                        SocketPlace.ownerOnly(folder.resolve("s.sock")), Serving.ofOrders(counting.bindService()));
                UnixSocketChannel client = UnixSocketChannel.open(server.path(), UnixSocketChannel.LOCALHOST)) {
            FleetChanged changed = NodesGrpc.newBlockingStub(client.channel())
                    .withDeadlineAfter(10, TimeUnit.SECONDS)
                    .enrollNodes(request.build());

            assertThat(changed.getSaidList()).containsExactly(String.valueOf(MACHINES));
        }
    }

    @Test
    void the_largest_policy_fits_into_an_order() throws Exception {
        PoliciesGrpc.PoliciesImplBase counting = new PoliciesGrpc.PoliciesImplBase() {
            @Override
            public void changePolicy(ChangePolicyRequest order, StreamObserver<FleetChanged> answer) {
                said(order.getDocument().size(), answer);
            }
        };
        try (UnixSocketServer server = UnixSocketServer.start(
                        SocketPlace.ownerOnly(folder.resolve("s.sock")), Serving.ofOrders(counting.bindService()));
                UnixSocketChannel client = UnixSocketChannel.open(server.path(), UnixSocketChannel.LOCALHOST)) {
            FleetChanged changed = PoliciesGrpc.newBlockingStub(client.channel())
                    .withDeadlineAfter(10, TimeUnit.SECONDS)
                    .changePolicy(ChangePolicyRequest.newBuilder()
                            .setDocument(ByteString.copyFrom(new byte[PolicyDocument.MOST_BYTES]))
                            .build());

            assertThat(changed.getSaidList()).containsExactly(String.valueOf(PolicyDocument.MOST_BYTES));
        }
    }

    private static void said(int what, StreamObserver<FleetChanged> answer) {
        answer.onNext(FleetChanged.newBuilder().addSaid(String.valueOf(what)).build());
        answer.onCompleted();
    }
}
