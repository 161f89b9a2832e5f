package dev.kekkai.testing.agent;

import com.google.protobuf.ByteString;
import dev.kekkai.dek.Caller;
import dev.kekkai.dek.Deadline;
import dev.kekkai.dek.DekException;
import dev.kekkai.dek.Health;
import dev.kekkai.dek.UnwrapRequest;
import dev.kekkai.dek.WrapRequest;
import dev.kekkai.id.KeyId;
import dev.kekkai.id.TenantId;
import dev.kekkai.secret.Secret;
import dev.kekkai.wire.gateway.v1.Answer;
import dev.kekkai.wire.gateway.v1.Call;
import dev.kekkai.wire.gateway.v1.Failure;
import dev.kekkai.wire.gateway.v1.FromAgent;
import dev.kekkai.wire.gateway.v1.Opened;
import dev.kekkai.wire.gateway.v1.StatusUpdate;
import dev.kekkai.wire.gateway.v1.ToAgent;
import dev.kekkai.wire.gateway.v1.Wrapped;
import io.grpc.stub.StreamObserver;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/** One agent's stream at a small gateway. */
final class ServeStream implements StreamObserver<FromAgent> {
    private static final Caller CALLER = new Caller(TenantId.DEFAULT, "an agent");

    private final SmallFleet fleet;
    private final SmallGateway gateway;
    private final StreamObserver<ToAgent> out;
    private final Consumer<ServeStream> ended;

    ServeStream(SmallFleet fleet, SmallGateway gateway, StreamObserver<ToAgent> out, Consumer<ServeStream> ended) {
        this.fleet = fleet;
        this.gateway = gateway;
        this.out = out;
        this.ended = ended;
    }

    static StatusUpdate truth(SmallFleet fleet) {
        try {
            dev.kekkai.dek.Status status = fleet.dek.status(TenantId.DEFAULT);
            StatusUpdate.Builder update = StatusUpdate.newBuilder()
                    .setProtocol(1)
                    .setKeyId(status.keyId().value())
                    .setEpoch(status.epoch())
                    .setHealthy(status.health() instanceof Health.Healthy)
                    .setReason(status.health() instanceof Health.Unhealthy ill ? ill.reason() : "")
                    .setAuthoritySerial(fleet.serial.get());
            for (X509Certificate root : fleet.toldRoots) {
                update.addServerRoots(ByteString.copyFrom(root.getEncoded()));
            }
            return update.build();
        } catch (DekException | CertificateEncodingException e) {
            throw new AssertionError(e);
        }
    }

    synchronized void tellStatus() {
        out.onNext(ToAgent.newBuilder().setStatus(gateway.status()).build());
    }

    private synchronized void answer(Answer answer) {
        try {
            out.onNext(ToAgent.newBuilder().addAnswers(answer).build());
        } catch (RuntimeException e) {
            // The agent is gone, and with it whoever waited.
        }
    }

    @Override
    public void onNext(FromAgent message) {
        if (message.hasHello()) {
            tellStatus();
        }
        if (message.getCallsCount() > 0) {
            gateway.messages.incrementAndGet();
            gateway.calls.addAndGet(message.getCallsCount());
        }
        for (Call call : message.getCallsList()) {
            var unused = gateway.gate.thenRun(() -> begin(call));
        }
    }

    private void begin(Call call) {
        if (!fleet.evicted.isEmpty()) {
            answer(Answer.newBuilder()
                    .setId(call.getId())
                    .setFailure(Failure.newBuilder()
                            .setKind(Failure.Kind.NOT_ADMITTED)
                            .setReason(fleet.evicted)
                            .setMessage("the node was evicted"))
                    .build());
            return;
        }
        result(call)
                .whenComplete((answer, failure) ->
                        answer(failure == null ? answer.setId(call.getId()).build() : failed(call, failure)));
    }

    private CompletionStage<Answer.Builder> result(Call call) {
        Deadline deadline = Deadline.in(Duration.ofMillis(call.getTimeoutMillis()));
        if (call.hasWrap()) {
            Secret dek = Secret.owning(call.getWrap().getDek().toByteArray());
            return fleet.dek
                    .wrap(new WrapRequest(
                            CALLER,
                            call.getApi(),
                            call.getUid(),
                            dek,
                            call.getWrap().getKeyId().isEmpty()
                                    ? null
                                    : new KeyId(call.getWrap().getKeyId()),
                            deadline))
                    .thenApply(wrapped -> Answer.newBuilder()
                            .setWrapped(Wrapped.newBuilder()
                                    .setKeyId(wrapped.keyId().value())
                                    .setEnvelope(ByteString.copyFrom(wrapped.envelope()))));
        }
        String keyId = call.getUnwrap().getKeyId();
        return fleet.dek
                .unwrap(new UnwrapRequest(
                        CALLER,
                        call.getApi(),
                        call.getUid(),
                        call.getUnwrap().getEnvelope().toByteArray(),
                        keyId.isEmpty() ? null : new KeyId(keyId),
                        deadline))
                .thenApply(secret ->
                        Answer.newBuilder().setOpened(Opened.newBuilder().setDek(secret.lend(ByteString::copyFrom))));
    }

    private static Answer failed(Call call, Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        Failure.Builder told = Failure.newBuilder().setMessage(String.valueOf(cause.getMessage()));
        switch (cause) {
            case DekException.StaleKey stale ->
                told.setKind(Failure.Kind.STALE_KEY)
                        .setCurrentKeyId(stale.current().value());
            case DekException.UnknownKey e -> told.setKind(Failure.Kind.UNKNOWN_KEY);
            case DekException.NotAuthentic e -> told.setKind(Failure.Kind.NOT_AUTHENTIC);
            case DekException.Malformed e -> told.setKind(Failure.Kind.MALFORMED);
            case DekException.Overloaded e -> told.setKind(Failure.Kind.OVERLOADED);
            default -> told.setKind(Failure.Kind.UNAVAILABLE);
        }
        return Answer.newBuilder().setId(call.getId()).setFailure(told).build();
    }

    @Override
    public void onError(Throwable failure) {
        ended.accept(this);
    }

    @Override
    public void onCompleted() {
        ended.accept(this);
        out.onCompleted();
    }
}
