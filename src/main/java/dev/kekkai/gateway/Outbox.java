package dev.kekkai.gateway;

import dev.kekkai.wire.gateway.v1.Answer;
import dev.kekkai.wire.gateway.v1.StatusUpdate;
import dev.kekkai.wire.gateway.v1.ToAgent;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * What waits to be sent on one stream. One thread at a time sends; what others put in meanwhile goes out in the same or the next message, so the fuller
 * the queue the fewer the messages. Nothing is sent faster than the node reads. How much waits is bounded by whoever puts it in.
 */
final class Outbox {
    private static final int MOST_ANSWERS = 256;
    /** However little changes, the node is to see that we live and how old our knowledge is. */
    private static final long AT_LEAST_EVERY = Duration.ofSeconds(5).toNanos();

    private final ServerCallStreamObserver<ToAgent> call;
    private final Queue<Entry> answers = new ArrayDeque<>();
    private final AtomicReference<Optional<StatusUpdate>> news = new AtomicReference<>(Optional.empty());
    private final AtomicReference<Optional<Runnable>> ending = new AtomicReference<>(Optional.empty());
    private final AtomicInteger rounds = new AtomicInteger();
    // Of the one that sends.
    private boolean ended;

    // Of the one that tells.
    private Optional<StatusUpdate> told = Optional.empty();
    private long toldAt;

    private record Entry(Answer answer, Runnable sent) {}

    Outbox(ServerCallStreamObserver<ToAgent> call) {
        this.call = call;
    }

    /** @param sent run when the answer has left the queue */
    void put(Answer answer, Runnable sent) {
        synchronized (answers) {
            answers.add(new Entry(answer, sent));
        }
        flush();
    }

    /** Sends a status if it says anything new, or if nothing was sent for a while. */
    synchronized void tell(StatusUpdate update) {
        StatusUpdate ageless =
                update.toBuilder().clearProbeAgeMillis().clearClockMillis().build();
        long now = System.nanoTime();
        if (told.isPresent() && told.get().equals(ageless) && now - toldAt < AT_LEAST_EVERY) {
            return;
        }
        told = Optional.of(ageless);
        toldAt = now;
        news.set(Optional.of(update));
        flush();
    }

    /** Sends what waits, and ends the stream. */
    void complete() {
        end(call::onCompleted);
    }

    /** Sends what waits, and ends the stream with an error. */
    void fail(StatusRuntimeException why) {
        end(() -> call.onError(why));
    }

    private void end(Runnable how) {
        ending.compareAndSet(Optional.empty(), Optional.of(how));
        flush();
    }

    /** Sends what can be sent now, unless another thread does. */
    void flush() {
        if (rounds.getAndIncrement() != 0) {
            return;
        }
        int seen = 1;
        do {
            send();
            seen = rounds.addAndGet(-seen);
        } while (seen != 0);
    }

    private void send() {
        Optional<Runnable> end = ending.get();
        while (!ended && anythingWaits() && (end.isPresent() || call.isReady())) {
            sendOne();
        }
        if (!ended && end.isPresent()) {
            ended = true;
            if (!call.isCancelled()) {
                end.get().run();
            }
        }
    }

    private boolean anythingWaits() {
        synchronized (answers) {
            return !answers.isEmpty() || news.get().isPresent();
        }
    }

    private void sendOne() {
        ToAgent.Builder message = ToAgent.newBuilder();
        news.getAndSet(Optional.empty()).ifPresent(message::setStatus);
        Queue<Runnable> sent = new ArrayDeque<>();
        for (Entry next = next(message); next != null; next = next(message)) {
            message.addAnswers(next.answer());
            sent.add(next.sent());
        }
        if (!call.isCancelled()) {
            call.onNext(message.build());
        }
        sent.forEach(Runnable::run);
    }

    private @Nullable Entry next(ToAgent.Builder message) {
        synchronized (answers) {
            return message.getAnswersCount() < MOST_ANSWERS ? answers.poll() : null;
        }
    }
}
