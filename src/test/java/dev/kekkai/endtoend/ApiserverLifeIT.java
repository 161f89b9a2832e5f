package dev.kekkai.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import dev.kekkai.testing.apiserver.ApiserverSimulator;
import dev.kekkai.testing.apiserver.ApiserverV1Simulator;
import dev.kekkai.testing.apiserver.Authority;
import dev.kekkai.testing.process.Installation;
import dev.kekkai.testing.process.KekkaiProcess;
import dev.kekkai.testing.process.KmsClient;
import dev.kekkai.wire.kms.v2.EncryptResponse;
import io.grpc.ClientInterceptor;
import io.grpc.Metadata;
import io.grpc.stub.MetadataUtils;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Apiservers of both KMS versions write, read, restart, and live through restarts of Kekkai. */
class ApiserverLifeIT {
    /** gRPC's back-off, on a machine that has other things to do. */
    private static final Duration BACK = Duration.ofSeconds(60);

    @TempDir
    static Path folder;

    private static Installation kekkai;
    private static KekkaiProcess server;

    @BeforeAll
    static void serve() throws Exception {
        kekkai = Installation.withKey(folder);
        server = kekkai.serve();
    }

    @AfterAll
    static void end() {
        server.close();
    }

    @ParameterizedTest
    @EnumSource
    void secrets_are_read_after_a_restart_of_the_apiserver(Authority authority) {
        try (var apiserver = ApiserverSimulator.connect(kekkai.socket(), authority)) {
            String keyId = apiserver.start().getKeyId();
            apiserver.write("a");
            apiserver.write("b");

            apiserver.restart();

            assertThat(apiserver.etcd()).hasSize(2);
            assertThat(apiserver.keyId()).isEqualTo(keyId);
        }
    }

    @Test
    void a_v1_apiserver_pings_writes_and_reads_after_its_restart() {
        try (var apiserver = ApiserverV1Simulator.connect(kekkai.socket())) {
            apiserver.start();
            apiserver.ping();
            apiserver.write("a");
            apiserver.write("b");

            apiserver.restart();

            apiserver.ping();
            assertThat(apiserver.cipher("a")).isNotEqualTo(apiserver.cipher("b"));
        }
    }

    private enum Ending {
        SIGTERM,
        SIGKILL
    }

    @ParameterizedTest
    @EnumSource
    void secrets_are_read_after_kekkai_was_ended_and_started_again(Ending ending) throws Exception {
        try (var v2 = ApiserverSimulator.connect(kekkai.socket());
                var v1 = ApiserverV1Simulator.connect(kekkai.socket())) {
            String keyId = v2.start().getKeyId();
            v2.write("a");
            v1.start();
            v1.write("b");

            end(ending);
            server = kekkai.serve();

            // Neither has been restarted: their old connections must come back by themselves.
            await().atMost(BACK)
                    .ignoreExceptions()
                    .until(() -> v2.status().getKeyId().equals(keyId));
            await().atMost(BACK).ignoreExceptions().untilAsserted(v1::ping);
            v2.restart();
            v1.restart();
            assertThat(v2.keyId()).isEqualTo(keyId);
        }
    }

    private static void end(Ending ending) throws InterruptedException {
        switch (ending) {
            case SIGTERM -> {
                assertThat(server.terminate()).isIn(0, 143);
                assertThat(kekkai.socket()).doesNotExist();
                assertThat(kekkai.adminSocket()).doesNotExist();
            }
            case SIGKILL -> {
                server.kill();
                assertThat(Files.exists(kekkai.socket()))
                        .as("a killed process leaves its socket behind, which the next one replaces")
                        .isTrue();
            }
        }
    }

    @Test
    void both_versions_of_the_api_work_at_the_same_time_on_one_socket() {
        try (var v2 = ApiserverSimulator.connect(kekkai.socket());
                var v1 = ApiserverV1Simulator.connect(kekkai.socket())) {
            CompletableFuture<Void> one = CompletableFuture.runAsync(() -> {
                for (int i = 0; i < 20; i++) {
                    v2.start();
                    v2.write("v2-" + i);
                    v2.restart();
                }
            });
            CompletableFuture<Void> other = CompletableFuture.runAsync(() -> {
                for (int i = 0; i < 20; i++) {
                    v1.start();
                    v1.write("v1-" + i);
                    v1.restart();
                }
            });

            CompletableFuture.allOf(one, other).join();

            assertThat(v2.etcd()).hasSize(20);
        }
    }

    @Test
    void metadata_that_nobody_asked_for_is_let_pass() {
        Metadata stray = new Metadata();
        stray.put(Metadata.Key.of("hasleader", Metadata.ASCII_STRING_MARSHALLER), "true");
        stray.put(Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER), "Bearer x");
        stray.put(Metadata.Key.of("traceparent", Metadata.ASCII_STRING_MARSHALLER), "00-x-y-01");
        stray.put(Metadata.Key.of("blob-bin", Metadata.BINARY_BYTE_MARSHALLER), new byte[] {0, -1, 10});
        ClientInterceptor attach = MetadataUtils.newAttachHeadersInterceptor(stray);
        ByteString dek = KmsClient.dek();
        try (KmsClient client = server.client()) {
            EncryptResponse wrapped = client.v2()
                    .withInterceptors(attach)
                    .encrypt(dev.kekkai.wire.kms.v2.EncryptRequest.newBuilder()
                            .setPlaintext(dek)
                            .build());

            ByteString opened = client.v2()
                    .withInterceptors(attach)
                    .decrypt(dev.kekkai.wire.kms.v2.DecryptRequest.newBuilder()
                            .setCiphertext(wrapped.getCiphertext())
                            .setKeyId(wrapped.getKeyId())
                            .build())
                    .getPlaintext();

            assertThat(opened).isEqualTo(dek);
        }
    }
}
