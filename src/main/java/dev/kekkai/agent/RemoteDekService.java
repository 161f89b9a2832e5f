package dev.kekkai.agent;

import com.google.protobuf.ByteString;
import dev.kekkai.dek.DekException;
import dev.kekkai.dek.DekException.Unavailable;
import dev.kekkai.dek.DekService;
import dev.kekkai.dek.Status;
import dev.kekkai.dek.UnwrapRequest;
import dev.kekkai.dek.WrapRequest;
import dev.kekkai.dek.WrappedDek;
import dev.kekkai.id.KeyId;
import dev.kekkai.id.TenantId;
import dev.kekkai.secret.Secret;
import dev.kekkai.wire.gateway.v1.Answer;
import dev.kekkai.wire.gateway.v1.Call;
import dev.kekkai.wire.gateway.v1.Unwrap;
import dev.kekkai.wire.gateway.v1.Wrap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Has the gateways wrap and unwrap. Which keyring that is follows from the node's certificate alone; the tenant that callers name says nothing here.
 *
 * <p>A wrap always names the {@code key_id} it is for, the one that this agent's Status tells if the caller was told none, and an answer under
 * any other is not passed on. So what Status says and what Encrypt returns cannot disagree, whatever changes at the gateways in between.
 */
final class RemoteDekService implements DekService {
    private final Told told;
    private final GatewayChoice choice;
    private final Calls calls;
    private final AtomicLong ids = new AtomicLong();

    RemoteDekService(Told told, GatewayChoice choice, Calls calls) {
        this.told = told;
        this.choice = choice;
        this.calls = calls;
    }

    /** @throws Unavailable while no gateway has told a {@code key_id} since the start: there is none to tell, and one made up would be a lie */
    @Override
    public Status status(TenantId tenant) throws DekException {
        Told.Key key = known();
        return new Status(key.keyId(), key.epoch(), choice.health());
    }

    private Told.Key known() throws Unavailable {
        return told.key().orElseThrow(() -> new Unavailable(choice.reason()));
    }

    @Override
    public CompletionStage<WrappedDek> wrap(WrapRequest request) {
        KeyId caller = request.told();
        try {
            KeyId keyId = caller == null ? known().keyId() : caller;
            Call call = call(request.api(), request.uid())
                    .setWrap(Wrap.newBuilder()
                            .setDek(request.dek().lend(ByteString::copyFrom))
                            .setKeyId(keyId.value()))
                    .build();
            return begin(new RemoteCall<>(call, request.deadline(), answer -> wrapped(answer, keyId), late -> {}));
        } catch (Unavailable e) {
            return CompletableFuture.failedStage(e);
        }
    }

    private static WrappedDek wrapped(Answer answer, KeyId asked) throws Unavailable {
        if (!answer.hasWrapped() || !answer.getWrapped().getKeyId().equals(asked.value())) {
            throw new Unavailable("the gateway answered a wrap under " + asked + " with something else");
        }
        return new WrappedDek(asked, answer.getWrapped().getEnvelope().toByteArray());
    }

    @Override
    public CompletionStage<Secret> unwrap(UnwrapRequest request) {
        KeyId keyId = request.keyId();
        Call call = call(request.api(), request.uid())
                .setUnwrap(Unwrap.newBuilder()
                        .setEnvelope(ByteString.copyFrom(request.envelope()))
                        .setKeyId(keyId == null ? "" : keyId.value()))
                .build();
        return begin(new RemoteCall<>(call, request.deadline(), RemoteDekService::opened, Secret::destroy));
    }

    private static Secret opened(Answer answer) throws Unavailable {
        if (!answer.hasOpened()) {
            throw new Unavailable("the gateway answered an unwrap with something else");
        }
        return Secret.owning(answer.getOpened().getDek().toByteArray());
    }

    private Call.Builder call(String api, String uid) {
        return Call.newBuilder().setId(ids.incrementAndGet()).setApi(api).setUid(uid);
    }

    private <T> CompletionStage<T> begin(RemoteCall<T> call) {
        calls.begin(call);
        return call.outcome();
    }
}
