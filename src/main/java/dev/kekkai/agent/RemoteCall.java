package dev.kekkai.agent;

import dev.kekkai.dek.Deadline;
import dev.kekkai.dek.DekException;
import dev.kekkai.dek.DekException.Unavailable;
import dev.kekkai.id.KeyId;
import dev.kekkai.wire.gateway.v1.Answer;
import dev.kekkai.wire.gateway.v1.Call;
import dev.kekkai.wire.gateway.v1.Failure;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One wrap or unwrap on its way, over as many gateways as it takes. At any moment it is with a session, or with two if the first is silent, parked, or over. */
final class RemoteCall<T> {
    private final Call template;
    private final Deadline deadline;
    private final Reader<T> reader;
    private final Consumer<T> unclaimed;
    private final CompletableFuture<T> outcome = new CompletableFuture<>();
    private final Set<Session> tried = ConcurrentHashMap.newKeySet();
    private final AtomicInteger holders = new AtomicInteger();
    private final long begun = System.nanoTime();
    private volatile @Nullable DekException refusal;

    /**
     * @param template without its time, which is told anew to each gateway
     * @param reader takes the result out of an answer
     * @param unclaimed given a result that came after the caller had been answered
     */
    RemoteCall(Call template, Deadline deadline, Reader<T> reader, Consumer<T> unclaimed) {
        this.template = template;
        this.deadline = deadline;
        this.reader = reader;
        this.unclaimed = unclaimed;
    }

    /** Takes the result out of an answer that is no failure. */
    interface Reader<T> {
        /**
         * Reads.
         *
         * @throws Unavailable if the answer is not one to this call
         */
        T read(Answer answer) throws Unavailable;
    }

    long id() {
        return template.getId();
    }

    Deadline deadline() {
        return deadline;
    }

    CompletableFuture<T> outcome() {
        return outcome;
    }

    boolean over() {
        return outcome.isDone();
    }

    /** The sessions that it was given to. */
    Set<Session> tried() {
        return tried;
    }

    /** When it began, by {@link System#nanoTime}. */
    long begun() {
        return begun;
    }

    /** A session is to have it. */
    void given(Session session) {
        tried.add(session);
        holders.incrementAndGet();
    }

    /** A session has it no more; answers whether another still has. */
    boolean takenBack() {
        return holders.decrementAndGet() > 0;
    }

    /** As it is sent now. */
    Call wire() {
        long millis = TimeUnit.NANOSECONDS.toMillis(deadline.remainingNanos());
        return template.toBuilder()
                .setTimeoutMillis(Math.clamp(millis, 1, Integer.MAX_VALUE))
                .build();
    }

    int size() {
        return template.getSerializedSize();
    }

    void give(Answer answer) {
        try {
            T result = reader.read(answer);
            if (!outcome.complete(result)) {
                unclaimed.accept(result);
            }
        } catch (Unavailable e) {
            fail(e);
        }
    }

    void fail(DekException failure) {
        outcome.completeExceptionally(failure);
    }

    /** Remembers why a gateway could not do it, in case no other can. */
    void couldNot(DekException failure) {
        refusal = failure;
    }

    /** Why the last gateway that answered could not do it, or null if none has answered. */
    @Nullable
    DekException refusal() {
        return refusal;
    }

    /** Whether another gateway might do what this one could not; what the request itself is at fault for, no other would. */
    static boolean worthAnother(Failure.Kind kind) {
        return switch (kind) {
            case MALFORMED, NOT_AUTHENTIC, KEY_REFUSED, TOO_LATE -> false;
            case UNKNOWN_KEY, STALE_KEY, UNAVAILABLE, OVERLOADED, NOT_ADMITTED, KIND_UNSPECIFIED, UNRECOGNIZED -> true;
        };
    }

    /** A gateway's failure as this node's own. */
    static DekException exception(Failure failure) {
        String message = failure.getMessage();
        return switch (failure.getKind()) {
            case MALFORMED -> new DekException.Malformed(message);
            case UNKNOWN_KEY -> new DekException.UnknownKey(message);
            case NOT_AUTHENTIC -> new DekException.NotAuthentic(message);
            case KEY_REFUSED -> new DekException.KeyRefused(message);
            case STALE_KEY ->
                failure.getCurrentKeyId().isEmpty()
                        ? new Unavailable(message)
                        : new DekException.StaleKey(new KeyId(failure.getCurrentKeyId()));
            case UNAVAILABLE -> new Unavailable(message);
            case OVERLOADED -> new DekException.Overloaded(message);
            case TOO_LATE -> new DekException.TooLate(message);
            case NOT_ADMITTED ->
                new Unavailable("the gateway takes this node no more (" + failure.getReason() + "): " + message);
            case KIND_UNSPECIFIED, UNRECOGNIZED ->
                new Unavailable("the gateway failed in a way that this version does not know: " + message);
        };
    }
}
