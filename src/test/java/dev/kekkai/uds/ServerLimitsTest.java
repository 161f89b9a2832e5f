package dev.kekkai.uds;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.kekkai.wire.kms.v2.KeyManagementServiceGrpc;
import dev.kekkai.wire.kms.v2.KeyManagementServiceGrpc.KeyManagementServiceImplBase;
import dev.kekkai.wire.kms.v2.StatusRequest;
import dev.kekkai.wire.kms.v2.StatusResponse;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServerLimitsTest {
    private static final ServerLimits FEW = new ServerLimits(1024, 1024, 2, 8, 2, 1, Duration.ofMillis(200));

    @TempDir
    Path folder;

    @Test
    void calls_above_the_limit_are_answered_at_once_and_places_come_free_again() throws Exception {
        Waiting service = new Waiting();
        try (UnixSocketServer server = start(service);
                UnixSocketChannel client = UnixSocketChannel.open(server.path(), UnixSocketChannel.LOCALHOST)) {
            List<Outcome> held = List.of(call(client), call(client));
            await().until(() -> service.calls.size() == 2);

            assertThat(call(client).code()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);

            service.answerAll();
            assertThat(held).extracting(Outcome::code).containsOnly(Status.Code.OK);
            // The place is given back after the answer has left.
            await().until(() -> {
                Outcome next = call(client);
                await().until(() -> next.done() || !service.calls.isEmpty());
                service.answerAll();
                return next.code() == Status.Code.OK;
            });
        }
    }

    @Test
    void connections_above_the_limit_are_closed_and_the_others_stay() throws Exception {
        try (UnixSocketServer server = start(new Waiting())) {
            List<SocketChannel> open = new ArrayList<>();
            for (int i = 0; i < FEW.connections(); i++) {
                open.add(SocketChannel.open(UnixDomainSocketAddress.of(server.path())));
                assertThat(greeting(open.getLast())).isPositive();
            }

            try (SocketChannel tooMany = SocketChannel.open(UnixDomainSocketAddress.of(server.path()))) {
                assertThat(greeting(tooMany)).isEqualTo(-1);
            }

            open.removeFirst().close();
            await().until(() -> {
                try (SocketChannel again = SocketChannel.open(UnixDomainSocketAddress.of(server.path()))) {
                    return greeting(again) > 0;
                }
            });
            open.removeFirst().close();
        }
    }

    @Test
    void closing_cuts_off_calls_that_outlast_the_grace() throws Exception {
        Waiting service = new Waiting();
        UnixSocketServer server = start(service);
        try (UnixSocketChannel client = UnixSocketChannel.open(server.path(), UnixSocketChannel.LOCALHOST)) {
            Outcome held = call(client);
            await().until(() -> !service.calls.isEmpty());

            server.close();

            // Whichever the client sees first, the reset stream or the closed connection.
            assertThat(held.code()).isIn(Status.Code.CANCELLED, Status.Code.UNAVAILABLE);
        }
    }

    /** Bytes of the server's HTTP/2 SETTINGS, or -1 if it closed. */
    private static int greeting(SocketChannel connection) throws Exception {
        return connection.read(ByteBuffer.allocate(64));
    }

    private UnixSocketServer start(Waiting service) throws SocketUnusableException {
        return UnixSocketServer.start(
                SocketPlace.ownerOnly(folder.resolve("s.sock")),
                new Serving(List.of(service.bindService()), List.of(), List.of(), FEW));
    }

    private static Outcome call(UnixSocketChannel client) {
        Outcome outcome = new Outcome();
        KeyManagementServiceGrpc.newStub(client.channel())
                .withDeadlineAfter(10, TimeUnit.SECONDS)
                .status(StatusRequest.getDefaultInstance(), outcome);
        return outcome;
    }

    /** Answers when told to. */
    private static final class Waiting extends KeyManagementServiceImplBase {
        final Queue<StreamObserver<StatusResponse>> calls = new ConcurrentLinkedQueue<>();

        @Override
        public void status(StatusRequest request, StreamObserver<StatusResponse> observer) {
            calls.add(observer);
        }

        void answerAll() {
            for (StreamObserver<StatusResponse> call = calls.poll(); call != null; call = calls.poll()) {
                call.onNext(StatusResponse.getDefaultInstance());
                call.onCompleted();
            }
        }
    }

    /** How a call ended, once it has. */
    private static final class Outcome implements StreamObserver<StatusResponse> {
        private volatile Status.Code code;

        boolean done() {
            return code != null;
        }

        Status.Code code() {
            await().until(this::done);
            return code;
        }

        @Override
        public void onNext(StatusResponse response) {}

        @Override
        public void onError(Throwable failure) {
            code = Status.fromThrowable(failure).getCode();
        }

        @Override
        public void onCompleted() {
            code = Status.Code.OK;
        }
    }
}
