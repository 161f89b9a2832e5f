package dev.kekkai.gateway;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import dev.kekkai.dek.Caller;
import dev.kekkai.dek.Deadline;
import dev.kekkai.dek.DekException;
import dev.kekkai.dek.DekService;
import dev.kekkai.dek.UnwrapRequest;
import dev.kekkai.dek.WrapRequest;
import dev.kekkai.fleet.Node;
import dev.kekkai.id.KeyId;
import dev.kekkai.secret.Secret;
import dev.kekkai.wire.gateway.v1.Answer;
import dev.kekkai.wire.gateway.v1.Call;
import dev.kekkai.wire.gateway.v1.Failure;
import dev.kekkai.wire.gateway.v1.Opened;
import dev.kekkai.wire.gateway.v1.Unwrap;
import dev.kekkai.wire.gateway.v1.Wrap;
import dev.kekkai.wire.gateway.v1.Wrapped;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Wraps and unwraps for nodes. The tenant is the node's own, as the fleet has it, whatever a message says. Nothing here blocks. */
final class Calls {
    private static final Logger LOG = Logger.getLogger(Calls.class);
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Set<String> APIS = Set.of("v2", "v1beta1");
    private static final int MOST_DEK = 64 * 1024;
    private static final int MOST_ENVELOPE = 64 * 1024;
    private static final int MOST_KEY_ID = 1024;
    private static final int MOST_UID = 128;

    private final DekService dek;
    private final SerialWatch serials;

    Calls(DekService dek, SerialWatch serials) {
        this.dek = dek;
        this.serials = serials;
    }

    /** Answers once, whatever happens. */
    void begin(Call call, Node node, Peer peer, Consumer<Answer> answer) {
        Optional<String> wrong = wrong(call);
        if (wrong.isPresent()) {
            answer.accept(failed(call.getId(), Failure.Kind.MALFORMED, wrong.get()));
            return;
        }
        Caller caller = new Caller(node.tenant(), Register.caller(node, peer));
        CompletionStage<Answer> stage =
                switch (call.getCallCase()) {
                    case WRAP -> wrap(call, call.getWrap(), caller);
                    case UNWRAP -> unwrap(call, call.getUnwrap(), caller);
                    case CALL_NOT_SET -> throw new IllegalStateException("checked before");
                };
        stage.whenComplete((done, failure) -> answer.accept(failure == null ? done : failed(call.getId(), failure)));
    }

    private static Optional<String> wrong(Call call) {
        if (!APIS.contains(call.getApi()) || call.getUid().length() > MOST_UID) {
            return Optional.of(
                    "the API is neither v2 nor v1beta1, or the uid has more than " + MOST_UID + " characters");
        }
        return switch (call.getCallCase()) {
            case WRAP -> sizes(call.getWrap().getDek(), MOST_DEK, call.getWrap().getKeyId());
            case UNWRAP ->
                sizes(
                        call.getUnwrap().getEnvelope(),
                        MOST_ENVELOPE,
                        call.getUnwrap().getKeyId());
            case CALL_NOT_SET -> Optional.of("the call is neither wrap nor unwrap");
        };
    }

    private static Optional<String> sizes(ByteString bytes, int most, String keyId) {
        return bytes.isEmpty() || bytes.size() > most || keyId.length() > MOST_KEY_ID
                ? Optional.of("what is to be wrapped or unwrapped has no byte, or more than " + most)
                : Optional.empty();
    }

    private CompletionStage<Answer> wrap(Call call, Wrap wrap, Caller caller) {
        Optional<Denied> readOnly = serials.rolledBack(caller.tenant());
        if (readOnly.isPresent()) {
            return CompletableFuture.completedStage(failure(call.getId(), Failure.Kind.UNAVAILABLE, readOnly.get()));
        }
        Secret secret = Secret.owning(wrap.getDek().toByteArray());
        WrapRequest request =
                new WrapRequest(caller, call.getApi(), call.getUid(), secret, keyId(wrap.getKeyId()), deadline(call));
        // A completed stage turns also what is thrown unforeseen into a failure.
        return CompletableFuture.completedFuture(request)
                .thenCompose(dek::wrap)
                .whenComplete((wrapped, failure) -> secret.destroy())
                .thenApply(wrapped -> Answer.newBuilder()
                        .setId(call.getId())
                        .setWrapped(Wrapped.newBuilder()
                                .setEnvelope(UnsafeByteOperations.unsafeWrap(wrapped.envelope()))
                                .setKeyId(wrapped.keyId().value()))
                        .build());
    }

    private CompletionStage<Answer> unwrap(Call call, Unwrap unwrap, Caller caller) {
        UnwrapRequest request = new UnwrapRequest(
                caller,
                call.getApi(),
                call.getUid(),
                unwrap.getEnvelope().toByteArray(),
                keyId(unwrap.getKeyId()),
                deadline(call));
        return CompletableFuture.completedFuture(request)
                .thenCompose(dek::unwrap)
                .thenApply(secret -> {
                    try (secret) {
                        return Answer.newBuilder()
                                .setId(call.getId())
                                .setOpened(Opened.newBuilder().setDek(secret.lend(ByteString::copyFrom)))
                                .build();
                    }
                });
    }

    private static @Nullable KeyId keyId(String text) {
        return text.isEmpty() ? null : new KeyId(text);
    }

    private static Deadline deadline(Call call) {
        Duration asked = Duration.ofMillis(Integer.toUnsignedLong(call.getTimeoutMillis()));
        return Deadline.in(asked.isZero() || asked.compareTo(PATIENCE) > 0 ? PATIENCE : asked);
    }

    /** What the gate says of a call. */
    static Answer notAdmitted(long id, Denied denied) {
        return failure(id, Failure.Kind.NOT_ADMITTED, denied);
    }

    private static Answer failure(long id, Failure.Kind kind, Denied denied) {
        return Answer.newBuilder()
                .setId(id)
                .setFailure(Failure.newBuilder()
                        .setKind(kind)
                        .setMessage(denied.text())
                        .setReason(denied.code()))
                .build();
    }

    static Answer failed(long id, Failure.Kind kind, String message) {
        return Answer.newBuilder()
                .setId(id)
                .setFailure(Failure.newBuilder().setKind(kind).setMessage(message))
                .build();
    }

    /** The one place where a failure of the keyring becomes one of the wire. Messages of unforeseen ones may quote what they stumbled over. */
    private static Answer failed(long id, Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        if (!(cause instanceof DekException known)) {
            LOG.errorf(
                    "A call of a node failed in a way nobody foresaw, please report it: %s",
                    cause.getClass().getName());
            return failed(id, Failure.Kind.UNAVAILABLE, "internal error; the log of kekkai says more");
        }
        Answer answer = failed(id, kind(known), String.valueOf(known.getMessage()));
        return known instanceof DekException.StaleKey stale
                ? answer.toBuilder()
                        .setFailure(answer.getFailure().toBuilder()
                                .setCurrentKeyId(stale.current().value()))
                        .build()
                : answer;
    }

    private static Failure.Kind kind(DekException failure) {
        return switch (failure) {
            case DekException.Malformed e -> Failure.Kind.MALFORMED;
            case DekException.UnknownKey e -> Failure.Kind.UNKNOWN_KEY;
            case DekException.NotAuthentic e -> Failure.Kind.NOT_AUTHENTIC;
            case DekException.KeyRefused e -> Failure.Kind.KEY_REFUSED;
            case DekException.StaleKey e -> Failure.Kind.STALE_KEY;
            case DekException.Unavailable e -> Failure.Kind.UNAVAILABLE;
            case DekException.Overloaded e -> Failure.Kind.OVERLOADED;
            case DekException.TooLate e -> Failure.Kind.TOO_LATE;
        };
    }
}
