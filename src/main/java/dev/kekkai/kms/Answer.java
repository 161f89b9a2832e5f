package dev.kekkai.kms;

import dev.kekkai.dek.Deadline;
import dev.kekkai.dek.DeadlineWatch;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** The one answer to a call: whichever comes first of a result, a failure, the deadline and the caller's cancellation. After the last nothing is sent. */
final class Answer<R> {
    private final ServerCallStreamObserver<R> call;
    private final CompletableFuture<R> outcome = new CompletableFuture<>();

    private Answer(ServerCallStreamObserver<R> call) {
        this.call = call;
    }

    /** Begins to wait for the outcome, until the deadline. To be called before the service method returns. */
    static <R> Answer<R> by(Deadline deadline, DeadlineWatch deadlines, StreamObserver<R> observer) {
        Answer<R> answer = new Answer<>((ServerCallStreamObserver<R>) observer);
        answer.call.setOnCancelHandler(() -> answer.outcome.cancel(false));
        DeadlineWatch.Watched watched = deadlines.begin(deadline, () -> answer.fail(new TimeoutException()));
        CompletableFuture<R> unused = answer.outcome.whenComplete((result, failure) -> {
            watched.end();
            answer.send(result, failure);
        });
        return answer;
    }

    /** Whether nobody waits for a result any more. */
    boolean over() {
        return outcome.isDone();
    }

    void give(R result) {
        outcome.complete(result);
    }

    void fail(Throwable failure) {
        outcome.completeExceptionally(failure);
    }

    private void send(@Nullable R result, @Nullable Throwable failure) {
        if (call.isCancelled()) {
            return;
        }
        if (failure != null) {
            call.onError(KmsErrors.answer(failure));
        } else if (result != null) {
            call.onNext(result);
            call.onCompleted();
        }
    }
}
