package dev.kekkai.kms;

import com.google.protobuf.ByteString;
import dev.kekkai.dek.Caller;
import dev.kekkai.dek.Deadline;
import dev.kekkai.dek.DeadlineWatch;
import dev.kekkai.dek.DekException;
import dev.kekkai.dek.DekService;
import dev.kekkai.dek.Status;
import dev.kekkai.dek.UnwrapRequest;
import dev.kekkai.dek.WrapRequest;
import dev.kekkai.dek.WrappedDek;
import dev.kekkai.id.KeyId;
import dev.kekkai.secret.Secret;
import dev.kekkai.uds.Peer;
import io.grpc.Context;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What both APIs do alike: calls to the {@link DekService} for one caller, bounded in time, with each DEK destroyed when its call is over.
 * Nothing here blocks.
 */
final class DekCalls {
    private final DekService dek;
    private final Caller caller;
    private final Duration patience;
    private final DeadlineWatch deadlines;

    /**
     * @param patience what a call may take whose client sets no deadline, and what it may take at most
     * @param deadlines rings when a call has taken that long
     */
    DekCalls(DekService dek, Caller caller, Duration patience, DeadlineWatch deadlines) {
        this.dek = dek;
        this.caller = caller;
        this.patience = patience;
        this.deadlines = deadlines;
    }

    <R> void status(Function<Status, R> shape, StreamObserver<R> observer) {
        Answer<R> answer = Answer.by(deadline(), deadlines, observer);
        // A completed stage turns also what is thrown unforeseen into a failure.
        settle(
                CompletableFuture.completedFuture(caller)
                        .thenCompose(this::status)
                        .thenApply(shape),
                answer);
    }

    private CompletionStage<Status> status(Caller asking) {
        try {
            return CompletableFuture.completedStage(dek.status(asking.tenant()));
        } catch (DekException e) {
            return CompletableFuture.failedStage(e);
        }
    }

    /** Wraps a copy of a plaintext that was checked. The copy lives until the service is done with it, which may be after the answer. */
    <R> void wrap(
            Request request,
            ByteString plaintext,
            @Nullable KeyId told,
            Function<WrappedDek, R> shape,
            StreamObserver<R> observer) {
        Deadline deadline = deadline();
        Answer<R> answer = Answer.by(deadline, deadlines, observer);
        Secret secret = Secret.owning(plaintext.toByteArray());
        WrapRequest wrap = new WrapRequest(caller(), request.api(), request.uid(), secret, told, deadline);
        settle(
                CompletableFuture.completedFuture(wrap)
                        .thenCompose(dek::wrap)
                        .whenComplete((wrapped, failure) -> secret.destroy())
                        .thenApply(shape),
                answer);
    }

    /** Unwraps an envelope; what comes out is destroyed as soon as the answer is shaped, or at once if nobody waits for it any more. */
    <R> void unwrap(
            Request request,
            ByteString ciphertext,
            @Nullable KeyId keyId,
            Function<byte[], R> shape,
            StreamObserver<R> observer) {
        Deadline deadline = deadline();
        Answer<R> answer = Answer.by(deadline, deadlines, observer);
        UnwrapRequest unwrap =
                new UnwrapRequest(caller(), request.api(), request.uid(), ciphertext.toByteArray(), keyId, deadline);
        settle(
                CompletableFuture.completedFuture(unwrap)
                        .thenCompose(dek::unwrap)
                        .thenCompose(secret -> shaped(secret, shape, answer)),
                answer);
    }

    /** The peer as the kernel named it, or the socket it came over. */
    private Caller caller() {
        return Peer.current().map(actor -> new Caller(caller.tenant(), actor)).orElse(caller);
    }

    private static <R> CompletionStage<R> shaped(Secret secret, Function<byte[], R> shape, Answer<R> answer) {
        try (secret) {
            return answer.over()
                    ? CompletableFuture.failedStage(new DekException.TooLate("nobody waits for this answer any more"))
                    : CompletableFuture.completedStage(secret.lend(shape));
        }
    }

    private static <R> void settle(CompletableFuture<R> stage, Answer<R> answer) {
        CompletableFuture<R> unused = stage.whenComplete((result, failure) -> {
            if (failure != null) {
                answer.fail(failure);
            } else {
                answer.give(result);
            }
        });
    }

    private Deadline deadline() {
        io.grpc.Deadline told = Context.current().getDeadline();
        long nanos = patience.toNanos();
        return Deadline.in(
                Duration.ofNanos(told == null ? nanos : Math.min(nanos, told.timeRemaining(TimeUnit.NANOSECONDS))));
    }

    /**
     * What the audit trail is told of a request.
     *
     * @param api {@code v2} or {@code v1beta1}
     * @param uid the apiserver's, or empty
     */
    record Request(String api, String uid) {}
}
