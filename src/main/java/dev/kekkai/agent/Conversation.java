package dev.kekkai.agent;

import dev.kekkai.wire.gateway.v1.FromGateway;
import dev.kekkai.wire.gateway.v1.FromNode;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** One attestation's stream, spoken turn by turn: a message of ours, one of the gateway's. For one thread, which waits. */
final class Conversation implements AutoCloseable {
    private static final int MOST_UNREAD = 4;

    private final BlockingQueue<Turn> turns = new ArrayBlockingQueue<>(MOST_UNREAD);
    private final StreamObserver<FromNode> outgoing;
    private final Duration patience;
    private boolean over;

    private sealed interface Turn {
        record Said(FromGateway message) implements Turn {}

        record Ended(Status status, Metadata trailers) implements Turn {}
    }

    /** @param patience for each turn of the gateway's */
    Conversation(Function<StreamObserver<FromGateway>, StreamObserver<FromNode>> begin, Duration patience) {
        this.patience = patience;
        this.outgoing = begin.apply(new Incoming());
    }

    void say(FromNode message) {
        outgoing.onNext(message);
    }

    /**
     * The gateway's next message.
     *
     * @throws StatusRuntimeException if it ended the stream instead, or says nothing; trailers are there if it sent any
     */
    FromGateway hear() throws InterruptedException {
        Turn turn = turns.poll(patience.toNanos(), TimeUnit.NANOSECONDS);
        if (turn instanceof Turn.Said said) {
            return said.message();
        }
        over = true;
        if (turn instanceof Turn.Ended ended) {
            Status status = ended.status().isOk()
                    ? Status.INTERNAL.withDescription("the gateway ended the stream too early")
                    : ended.status();
            throw status.asRuntimeException(ended.trailers());
        }
        outgoing.onError(Status.CANCELLED.asRuntimeException());
        throw Status.DEADLINE_EXCEEDED
                .withDescription("the gateway said nothing for " + patience.toSeconds() + " s")
                .asRuntimeException();
    }

    @Override
    public void close() {
        if (!over) {
            over = true;
            outgoing.onCompleted();
        }
    }

    private final class Incoming implements StreamObserver<FromGateway> {
        @Override
        public void onNext(FromGateway message) {
            if (!turns.offer(new Turn.Said(message))) {
                throw new IllegalStateException("the gateway says more than it was asked");
            }
        }

        @Override
        public void onError(Throwable failure) {
            Metadata trailers = Status.trailersFromThrowable(failure);
            end(Status.fromThrowable(failure), trailers == null ? new Metadata() : trailers);
        }

        @Override
        public void onCompleted() {
            end(Status.OK, new Metadata());
        }

        /** What nobody reads any more is not missed. */
        private void end(Status status, Metadata trailers) {
            boolean unused = turns.offer(new Turn.Ended(status, trailers));
        }
    }
}
