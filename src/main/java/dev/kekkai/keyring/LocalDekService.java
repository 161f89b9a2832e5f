package dev.kekkai.keyring;

import dev.kekkai.audit.AuditEvent;
import dev.kekkai.audit.AuditEvent.Outcome;
import dev.kekkai.audit.AuditException;
import dev.kekkai.audit.AuditTrail;
import dev.kekkai.batching.Batcher;
import dev.kekkai.custody.CustodyException;
import dev.kekkai.dek.Caller;
import dev.kekkai.dek.Deadline;
import dev.kekkai.dek.DeadlineWatch;
import dev.kekkai.dek.DekException;
import dev.kekkai.dek.DekException.KeyRefused;
import dev.kekkai.dek.DekException.NotAuthentic;
import dev.kekkai.dek.DekException.Overloaded;
import dev.kekkai.dek.DekException.TooLate;
import dev.kekkai.dek.DekException.Unavailable;
import dev.kekkai.dek.DekException.UnknownKey;
import dev.kekkai.dek.DekService;
import dev.kekkai.dek.Status;
import dev.kekkai.dek.UnwrapRequest;
import dev.kekkai.dek.WrapRequest;
import dev.kekkai.dek.WrappedDek;
import dev.kekkai.envelope.Envelope;
import dev.kekkai.id.TenantId;
import dev.kekkai.secret.Secret;
import dev.kekkai.store.StoredVersion;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Answers for the keyrings of this process, and records each answer before it is given. */
public final class LocalDekService implements DekService {
    private final Map<TenantId, Keyring> keyrings;
    private final Wrapping wrapping;
    private final Unwrapping unwrapping;
    private final DeadlineWatch deadlines;
    private final Recorder recorder;

    /**
     * @param keyrings those in service; others may join them
     * @param timer rings when deadlines pass
     */
    public LocalDekService(
            Map<TenantId, Keyring> keyrings,
            Batcher batcher,
            AuditTrail audit,
            InstantSource clock,
            ScheduledExecutorService timer) {
        this.keyrings = keyrings;
        this.wrapping = new Wrapping(batcher, clock);
        this.unwrapping = new Unwrapping(batcher);
        this.deadlines = new DeadlineWatch(timer);
        this.recorder = new Recorder(audit);
    }

    @Override
    public Status status(TenantId tenant) throws DekException {
        Keyring keyring = keyring(tenant);
        Snapshot snapshot = keyring.snapshot();
        return new Status(snapshot.keyId(), snapshot.epoch(), keyring.health());
    }

    @Override
    public CompletionStage<WrappedDek> wrap(WrapRequest request) {
        Request record = new Request("wrap", request.caller(), request.api(), request.uid());
        return answer(record, request.deadline(), unclaimed -> {}, () -> {
            Keyring keyring = accepted(request.caller().tenant());
            Snapshot snapshot = keyring.snapshot();
            StoredVersion version = wrapping.choose(snapshot, request);
            record.version = version.kek().version().toString();
            var told = request.told();
            return wrapping.wrap(keyring, told == null ? snapshot.keyId() : told, version, request, record::asked);
        });
    }

    @Override
    public CompletionStage<Secret> unwrap(UnwrapRequest request) {
        Request record = new Request("unwrap", request.caller(), request.api(), request.uid());
        return answer(record, request.deadline(), Secret::close, () -> {
            Envelope envelope = Unwrapping.parse(request.envelope());
            record.version = envelope.header().version().toString();
            Keyring keyring = accepted(request.caller().tenant());
            return unwrapping.unwrap(keyring, keyring.snapshot(), envelope, request, record::asked);
        });
    }

    private Keyring keyring(TenantId tenant) throws UnknownKey {
        Keyring keyring = keyrings.get(tenant);
        if (keyring == null) {
            throw new UnknownKey("tenant " + tenant + " has no keyring here");
        }
        return keyring;
    }

    /** One whose keys are those that it remembers. */
    private Keyring accepted(TenantId tenant) throws UnknownKey, Unavailable {
        Keyring keyring = keyring(tenant);
        if (!keyring.refused().isEmpty()) {
            throw new Unavailable(keyring.refused());
        }
        return keyring;
    }

    /** A request's work up to the custodian's promise. */
    private interface Work<T> {
        CompletionStage<T> begin() throws DekException;
    }

    /** Does the work, records how it ended, and answers: in this order, and within the deadline. */
    private <T> CompletionStage<T> answer(Request record, Deadline deadline, Consumer<T> unclaimed, Work<T> work) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        recorder.begin();
        try {
            if (deadline.passed()) {
                throw new TooLate("the caller's deadline passed before the work was begun");
            }
            CompletionStage<T> stage = work.begin();
            DeadlineWatch.Watched watched = deadlines.begin(deadline, () -> giveUp(record, answer, stage));
            stage.whenComplete((result, failure) -> {
                watched.end();
                settle(record, answer, unclaimed, result, failure);
            });
        } catch (DekException e) {
            refuse(record, answer, Outcome.REFUSED, e);
        } catch (RuntimeException e) {
            recorder.forget();
            answer.completeExceptionally(e);
        }
        return answer;
    }

    private <T> void giveUp(Request record, CompletableFuture<T> answer, CompletionStage<T> stage) {
        if (record.claim()) {
            // First, because with the answer the caller destroys what waits to be sealed.
            stage.toCompletableFuture().cancel(false);
            refuse(record, answer, Outcome.FAILED, new TooLate("the HSM did not answer before the caller's deadline"));
        }
    }

    private <T> void settle(
            Request record, CompletableFuture<T> answer, Consumer<T> unclaimed, T result, Throwable failure) {
        if (!record.claim()) {
            if (failure == null) {
                unclaimed.accept(result);
            }
            return;
        }
        if (failure != null) {
            DekException reason = reason(failure);
            refuse(record, answer, outcome(reason), reason);
            return;
        }
        recorder.record(record.event(Outcome.DONE, ""))
                .whenComplete((recorded, unrecorded) -> deliver(answer, unclaimed, result, unrecorded));
    }

    private static <T> void deliver(
            CompletableFuture<T> answer, Consumer<T> unclaimed, T result, @Nullable Throwable unrecorded) {
        boolean given = unrecorded == null && answer.complete(result);
        if (unrecorded != null) {
            answer.completeExceptionally(unrecorded(unrecorded));
        }
        if (!given) {
            unclaimed.accept(result);
        }
    }

    /** Whether the request was at fault, or what it asked for cannot be given. */
    private static Outcome outcome(DekException reason) {
        return reason instanceof NotAuthentic || reason instanceof KeyRefused ? Outcome.REFUSED : Outcome.FAILED;
    }

    private <T> void refuse(Request record, CompletableFuture<T> answer, Outcome outcome, DekException reason) {
        recorder.record(record.event(outcome, String.valueOf(reason.getMessage())))
                .whenComplete((recorded, unrecorded) ->
                        answer.completeExceptionally(unrecorded == null ? reason : unrecorded(unrecorded)));
    }

    private static Throwable unrecorded(Throwable failure) {
        Throwable cause = unwrapped(failure);
        return cause instanceof AuditException e
                ? new Unavailable(
                        "the request was not carried out because it could not be recorded: " + e.getMessage(), e)
                : cause;
    }

    private static Throwable unwrapped(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    }

    private static DekException reason(Throwable failure) {
        Throwable cause = unwrapped(failure);
        return switch (cause) {
            case DekException already -> already;
            case CustodyException.NotAuthentic e -> new NotAuthentic(String.valueOf(e.getMessage()));
            case CustodyException.Overloaded e -> new Overloaded(String.valueOf(e.getMessage()));
            case CustodyException e -> new Unavailable(String.valueOf(e.getMessage()), e);
            default -> new Unavailable("the custodian failed in an unforeseen way", cause);
        };
    }

    /** What will be recorded of a request; the version is filled in when it is known. */
    private static final class Request {
        private final String action;
        private final Caller caller;
        private final String api;
        private final String uid;
        private final AtomicBoolean settled = new AtomicBoolean();
        private volatile String version = "";
        private volatile @Nullable CompletableFuture<?> asked;

        Request(String action, Caller caller, String api, String uid) {
            this.action = action;
            this.caller = caller;
            this.api = api;
            this.uid = uid;
        }

        /** What the batcher promised for it. */
        void asked(CompletableFuture<?> promise) {
            asked = promise;
        }

        private String operation() {
            CompletableFuture<?> promise = asked;
            return promise == null ? "" : Batcher.operationOf(promise);
        }

        /** Whether the caller of this is the first, who alone may record and answer. */
        boolean claim() {
            return settled.compareAndSet(false, true);
        }

        AuditEvent event(Outcome outcome, String reason) {
            return new AuditEvent(
                    action, caller.tenant(), caller.actor(), api, uid, version, outcome, reason, operation());
        }
    }
}
