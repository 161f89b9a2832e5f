package dev.kekkai.kms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.kekkai.id.Actor;
import dev.kekkai.id.TenantId;
import dev.kekkai.testing.apiserver.ApiserverSimulator;
import dev.kekkai.testing.apiserver.ApiserverV1Simulator;
import dev.kekkai.testing.apiserver.Authority;
import dev.kekkai.wire.kms.v1beta1.VersionRequest;
import dev.kekkai.wire.kms.v1beta1.VersionResponse;
import io.grpc.CallOptions;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.stub.ClientCalls;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class KmsEndpointTest {
    private static final int WRITES = 50;

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

    @ParameterizedTest
    @EnumSource(Authority.class)
    void an_apiserver_lives_through_rotation_and_restart_whatever_authority_it_sends(Authority authority) {
        try (ApiserverSimulator apiserver = ApiserverSimulator.connect(kms.socket, authority)) {
            apiserver.start();
            apiserver.write("before");
            String old = apiserver.keyId();
            String fresh = kms.dek.rotate().value();
            apiserver.status();
            apiserver.write("after");

            apiserver.restart();

            assertThat(apiserver.keyId()).isEqualTo(fresh).isNotEqualTo(old);
            assertThat(kms.dek.unwraps())
                    .extracting(request -> String.valueOf(request.keyId()))
                    .containsExactly(old, fresh);
            assertThat(kms.dek.unwraps())
                    .allSatisfy(request -> assertThat(request.uid()).isNotEmpty());
        }
    }

    @Test
    void an_ordinary_write_of_v2_costs_no_wrap() {
        try (ApiserverSimulator apiserver = ApiserverSimulator.connect(kms.socket)) {
            apiserver.start();
            apiserver.write("a");
            apiserver.write("b");
            apiserver.status();

            assertThat(kms.dek.wraps()).hasSize(1);
        }
    }

    @Test
    void v1_is_answered_version_ping_writes_and_restart() {
        try (ApiserverV1Simulator apiserver = ApiserverV1Simulator.connect(kms.socket)) {
            apiserver.start();
            apiserver.ping();
            apiserver.write("a");
            kms.dek.rotate();
            apiserver.write("b");

            apiserver.restart();

            assertThat(kms.dek.wraps()).hasSize(3).allSatisfy(request -> {
                assertThat(request.told()).isNull();
                assertThat(request.api()).isEqualTo("v1beta1");
            });
        }
    }

    @Test
    void both_apis_are_answered_at_once_on_one_socket() throws Exception {
        try (ApiserverSimulator v2 = ApiserverSimulator.connect(kms.socket);
                ApiserverV1Simulator v1 = ApiserverV1Simulator.connect(kms.socket);
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            v2.start();
            v2.watch(Duration.ofMillis(1));
            Future<?> writes = threads.submit(() -> {
                for (int i = 0; i < WRITES; i++) {
                    v1.write("secret-" + i);
                }
            });
            for (int i = 0; i < WRITES; i++) {
                String fresh = kms.dek.rotate().value();
                await().until(() -> v2.keyId().equals(fresh));
                v2.write("secret-" + i);
            }
            writes.get();

            v1.restart();
            v2.restart();
        }
    }

    @Test
    void the_caller_is_who_connected_as_the_kernel_names_him() throws Exception {
        PosixFileAttributes mine = Files.readAttributes(
                Files.createTempFile(kms.socket.getParent(), "mine", ""), PosixFileAttributes.class);
        try (ApiserverSimulator apiserver = ApiserverSimulator.connect(kms.socket)) {
            apiserver.start();

            assertThat(kms.dek.wraps()).singleElement().satisfies(request -> {
                assertThat(request.caller().tenant()).isEqualTo(TenantId.DEFAULT);
                assertThat(request.caller().actor())
                        .isEqualTo(new Actor.Socket(
                                mine.owner().getName(), mine.group().getName()));
                assertThat(request.api()).isEqualTo("v2");
            });
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "v1beta1"})
    void version_tells_api_and_program(String asked) {
        VersionResponse version =
                kms.v1().version(VersionRequest.newBuilder().setVersion(asked).build());

        assertThat(version.getVersion()).isEqualTo("v1beta1");
        assertThat(version.getRuntimeName()).isEqualTo("kekkai");
        assertThat(version.getRuntimeVersion()).isEqualTo(KmsFixture.RUNTIME_VERSION);
    }

    @Test
    void a_client_that_compresses_its_requests_is_answered() {
        VersionResponse version = kms.v1().withCompression("gzip").version(VersionRequest.getDefaultInstance());

        assertThat(version.getVersion()).isEqualTo("v1beta1");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
                "grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
                "grpc.health.v1.Health/Check"
            })
    void nothing_but_the_two_apis_is_served(String method) {
        MethodDescriptor<VersionRequest, VersionResponse> other =
                dev.kekkai.wire.kms.v1beta1.KeyManagementServiceGrpc.getVersionMethod().toBuilder()
                        .setFullMethodName(method)
                        .build();

        Status status = KmsFixture.refusal(() -> ClientCalls.blockingUnaryCall(
                kms.client().channel(), other, CallOptions.DEFAULT, VersionRequest.getDefaultInstance()));

        assertThat(status.getCode()).isEqualTo(Status.Code.UNIMPLEMENTED);
    }

    @Test
    void an_endpoint_that_comes_back_is_found_by_an_apiserver_that_waits() throws Exception {
        try (ApiserverSimulator apiserver = ApiserverSimulator.connect(kms.socket)) {
            apiserver.start();
            kms.close();
            kms = new KmsFixture(folder);

            await().ignoreExceptions().untilAsserted(apiserver::status);
            assertThat(apiserver.keyId())
                    .isEqualTo(kms.dek.status(TenantId.DEFAULT).keyId().value());
        }
    }

    @Test
    void after_closing_only_the_lock_file_is_left() {
        kms.close();

        assertThat(List.of(folder.toFile().list())).containsExactly("kms.sock.lock");
    }
}
