package dev.kekkai.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kekkai.app.ExitCode;
import dev.kekkai.config.ApprovalConfig;
import dev.kekkai.config.AuditConfig;
import dev.kekkai.config.KekkaiConfig;
import dev.kekkai.config.Tenants;
import dev.kekkai.testing.softhsm.SoftHsm;
import dev.kekkai.uds.Serving;
import dev.kekkai.uds.SocketPlace;
import dev.kekkai.uds.UnixSocketServer;
import dev.kekkai.wire.admin.v1.AdminGrpc;
import dev.kekkai.wire.admin.v1.GetStatusRequest;
import dev.kekkai.wire.admin.v1.GetStatusResponse;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AdminClientTest {
    @TempDir
    Path folder;

    private KekkaiConfig config;

    @BeforeEach
    void name_a_socket() {
        config = new KekkaiConfig(
                KekkaiConfig.Role.STANDALONE,
                new KekkaiConfig.Kms(folder.resolve("kms.sock"), PosixFilePermissions.fromString("rw-------"), ""),
                Optional.of(SoftHsm.custody("t", folder.resolve("pin"), 1, true)),
                new KekkaiConfig.Keys(Duration.ofDays(90)),
                new KekkaiConfig.Batching(KekkaiConfig.Batching.Mode.AUTO, 1024, 2),
                new KekkaiConfig.Store(folder.resolve("kekkai.db")),
                Tenants.none(),
                Optional.empty(),
                Optional.empty(),
                AuditConfig.DEFAULT,
                new KekkaiConfig.Management("127.0.0.1", 9000),
                Optional.empty(),
                ApprovalConfig.DEFAULT);
    }

    @Test
    void without_a_server_nobody_serves() {
        assertThatThrownBy(this::status)
                .isInstanceOfSatisfying(CommandException.class, failure -> assertThat(failure.code())
                        .isEqualTo(ExitCode.NOT_SERVING))
                .hasMessageContaining(folder.resolve("admin.sock").toString());
    }

    @ParameterizedTest
    @CsvSource({"FAILED_PRECONDITION, KEYRING", "UNAVAILABLE, HSM", "INTERNAL, FAILED"})
    void a_refusal_comes_back_as_the_server_put_it(Status.Code answer, ExitCode expected) throws Exception {
        AdminGrpc.AsyncService refusing = new AdminGrpc.AsyncService() {
            @Override
            public void getStatus(GetStatusRequest request, StreamObserver<GetStatusResponse> observer) {
                observer.onError(
                        answer.toStatus().withDescription("what is wrong").asRuntimeException());
            }
        };
        try (UnixSocketServer _ = UnixSocketServer.start(
                SocketPlace.ownerOnly(folder.resolve("admin.sock")), Serving.of(AdminGrpc.bindService(refusing)))) {
            assertThatThrownBy(this::status)
                    .isInstanceOfSatisfying(CommandException.class, failure -> assertThat(failure.code())
                            .isEqualTo(expected))
                    .hasMessageContaining("what is wrong");
        }
    }

    private GetStatusResponse status() throws CommandException {
        return AdminClient.call(config, admin -> admin.getStatus(GetStatusRequest.getDefaultInstance()));
    }
}
