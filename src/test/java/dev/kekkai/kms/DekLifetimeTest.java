package dev.kekkai.kms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.common.util.concurrent.ListenableFuture;
import com.google.protobuf.ByteString;
import dev.kekkai.dek.DekException;
import dev.kekkai.dek.WrapRequest;
import dev.kekkai.wire.kms.v2.DecryptRequest;
import dev.kekkai.wire.kms.v2.DecryptResponse;
import dev.kekkai.wire.kms.v2.EncryptRequest;
import dev.kekkai.wire.kms.v2.EncryptResponse;
import dev.kekkai.wire.kms.v2.KeyManagementServiceGrpc;
import io.grpc.Context;
import io.grpc.Status;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How long calls, and the DEKs in them, live. */
class DekLifetimeTest {
    private static final EncryptRequest ENCRYPT = EncryptRequest.newBuilder()
            .setPlaintext(ByteString.copyFrom(new byte[32]))
            .build();

    @TempDir
    Path folder;

    private KmsFixture kms;

    @BeforeEach
    void serve() throws Exception {
        kms = new KmsFixture(folder);
    }

    @AfterEach
    void end() {
        kms.close();
    }

    @Test
    void a_dek_is_destroyed_when_it_is_wrapped() {
        var unused = kms.v2().encrypt(ENCRYPT);

        assertThat(onlyWrap().dek().isDestroyed()).isTrue();
    }

    @Test
    void a_dek_is_destroyed_when_the_wrap_fails() {
        kms.dek.failWith(new DekException.Unavailable("token gone"));

        KmsFixture.refusal(() -> kms.v2().encrypt(ENCRYPT));

        assertThat(onlyWrap().dek().isDestroyed()).isTrue();
    }

    @Test
    void a_dek_is_destroyed_when_the_service_throws() {
        kms.dek.failWith(new IllegalStateException());

        KmsFixture.refusal(() -> kms.v2().encrypt(ENCRYPT));

        assertThat(onlyWrap().dek().isDestroyed()).isTrue();
    }

    @Test
    void a_dek_is_destroyed_when_its_answer_is_held_back() {
        kms.dek.padEnvelopes(2000);

        KmsFixture.refusal(() -> kms.v2().encrypt(ENCRYPT));

        assertThat(onlyWrap().dek().isDestroyed()).isTrue();
    }

    @Test
    void a_cancelled_wraps_dek_is_lent_until_the_service_is_done_and_then_destroyed() {
        CompletableFuture<Void> gate = kms.dek.hold();
        AtomicReference<Context> call = captureContext();
        ListenableFuture<EncryptResponse> answer = futures().encrypt(ENCRYPT);
        await().until(() -> !kms.dek.wraps().isEmpty());

        answer.cancel(true);
        await().until(() -> call.get().isCancelled());
        assertThat(onlyWrap().dek().isDestroyed()).isFalse();

        gate.complete(null);
        assertThat(onlyWrap().dek().isDestroyed()).isTrue();
    }

    @Test
    void an_unwrapped_dek_is_destroyed_when_it_is_answered() {
        DecryptRequest request = wrapped();

        assertThat(kms.v2().decrypt(request).getPlaintext()).isEqualTo(ENCRYPT.getPlaintext());

        assertThat(kms.dek.unwrapped()).singleElement().satisfies(dek -> assertThat(dek.isDestroyed())
                .isTrue());
    }

    @Test
    void an_unwrapped_dek_that_nobody_waits_for_any_more_is_destroyed() {
        DecryptRequest request = wrapped();
        CompletableFuture<Void> gate = kms.dek.hold();
        AtomicReference<Context> call = captureContext();
        ListenableFuture<DecryptResponse> answer = futures().decrypt(request);
        await().until(() -> !kms.dek.unwraps().isEmpty());

        answer.cancel(true);
        await().until(() -> call.get().isCancelled());
        gate.complete(null);

        assertThat(kms.dek.unwrapped()).singleElement().satisfies(dek -> assertThat(dek.isDestroyed())
                .isTrue());
    }

    @Test
    void the_clients_deadline_is_handed_on() {
        var unused = kms.v2().withDeadlineAfter(2, TimeUnit.SECONDS).encrypt(ENCRYPT);

        assertThat(onlyWrap().deadline().remainingNanos()).isLessThan(TimeUnit.SECONDS.toNanos(2));
    }

    @Test
    void without_a_deadline_of_the_clients_ours_holds() {
        var unused =
                KeyManagementServiceGrpc.newBlockingStub(kms.client().channel()).encrypt(ENCRYPT);

        assertThat(onlyWrap().deadline().remainingNanos())
                .isBetween(TimeUnit.SECONDS.toNanos(2), KmsEndpoint.PATIENCE.toNanos());
    }

    @Test
    void when_our_patience_ends_the_call_is_answered_and_the_dek_stays_lent_until_the_service_is_done()
            throws Exception {
        kms.close();
        kms = new KmsFixture(folder, Duration.ofMillis(100));
        CompletableFuture<Void> gate = kms.dek.hold();

        Status status = KmsFixture.refusal(() -> kms.v2().encrypt(ENCRYPT));

        assertThat(status.getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
        assertThat(status.getDescription()).contains("no answer within the time");
        assertThat(onlyWrap().dek().isDestroyed()).isFalse();
        gate.complete(null);
        assertThat(onlyWrap().dek().isDestroyed()).isTrue();
    }

    private AtomicReference<Context> captureContext() {
        AtomicReference<Context> context = new AtomicReference<>();
        kms.dek.whenAsked(() -> context.set(Context.current()));
        return context;
    }

    private WrapRequest onlyWrap() {
        assertThat(kms.dek.wraps()).hasSize(1);
        return kms.dek.wraps().getFirst();
    }

    private DecryptRequest wrapped() {
        EncryptResponse wrapped = kms.v2().encrypt(ENCRYPT);
        return DecryptRequest.newBuilder()
                .setCiphertext(wrapped.getCiphertext())
                .setKeyId(wrapped.getKeyId())
                .build();
    }

    private KeyManagementServiceGrpc.KeyManagementServiceFutureStub futures() {
        return KeyManagementServiceGrpc.newFutureStub(kms.client().channel());
    }
}
