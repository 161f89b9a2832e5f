package dev.kekkai.endtoend;

import static dev.kekkai.testing.process.KmsClient.refusal;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.Empty;
import dev.kekkai.testing.process.Finished;
import dev.kekkai.testing.process.Installation;
import dev.kekkai.testing.process.KekkaiProcess;
import dev.kekkai.testing.process.KmsClient;
import dev.kekkai.testing.process.Leak;
import dev.kekkai.testing.process.SoftHsmToken;
import dev.kekkai.uds.UnixSocketChannel;
import dev.kekkai.wire.kms.v2.EncryptResponse;
import io.grpc.CallOptions;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.stub.ClientCalls;
import java.net.InetSocketAddress;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a serving process shows to the host, and what it does not. */
class ExposureIT {
    @TempDir
    static Path folder;

    private static Installation kekkai;
    private static KekkaiProcess server;

    @BeforeAll
    static void serve_with_no_folder_for_temporary_files() throws Exception {
        kekkai = Installation.withKey(folder).javaOption("-Djava.io.tmpdir=/proc/nowhere");
        server = kekkai.serve();
    }

    @AfterAll
    static void end() {
        server.close();
    }

    @Test
    void it_serves_without_a_usable_tmp() {
        ByteString dek = KmsClient.dek();
        try (KmsClient client = server.client()) {
            EncryptResponse wrapped = client.wrap(dek);
            assertThat(client.unwrap(wrapped.getCiphertext(), wrapped.getKeyId()))
                    .isEqualTo(dek);
            assertThat(Path.of("/proc/nowhere")).doesNotExist();
        }
    }

    @Test
    void the_management_port_on_loopback_is_the_only_tcp_port() throws Exception {
        List<InetSocketAddress> listeners = server.listeners();

        assertThat(listeners).hasSize(1);
        assertThat(listeners.getFirst().getAddress().isLoopbackAddress()).isTrue();
        assertThat(server.probe("/livez").statusCode()).isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource({
        "/livez,            process",
        "/readyz,           hsm",
        "/startupz,         kms-socket",
        "/q/health/live,    process",
        "/q/health/ready,   hsm",
        "/q/health/started, kms-socket",
    })
    void probes_answer_under_both_names(String path, String check) throws Exception {
        HttpResponse<String> answer = server.probe(path);

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).contains("\"" + check + "\"").contains("\"UP\"");
    }

    @Test
    void nothing_else_is_answered_on_the_management_port() throws Exception {
        for (String path : List.of("/", "/q/dev-ui", "/q/openapi", "/q/metrics", "/kms", "/v2.KeyManagementService")) {
            assertThat(server.probe(path).statusCode()).as(path).isEqualTo(404);
        }
    }

    @Test
    void sockets_are_their_owners_alone() throws Exception {
        for (Path socket : List.of(kekkai.socket(), kekkai.adminSocket())) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket)))
                    .as("%s", socket)
                    .isEqualTo("rw-------");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"grpc.reflection.v1.ServerReflection", "grpc.reflection.v1alpha.ServerReflection"})
    void neither_socket_describes_itself(String service) {
        MethodDescriptor<Empty, Empty> reflection = MethodDescriptor.<Empty, Empty>newBuilder()
                .setType(MethodDescriptor.MethodType.BIDI_STREAMING)
                .setFullMethodName(service + "/ServerReflectionInfo")
                .setRequestMarshaller(ProtoUtils.marshaller(Empty.getDefaultInstance()))
                .setResponseMarshaller(ProtoUtils.marshaller(Empty.getDefaultInstance()))
                .build();
        for (Path socket : List.of(kekkai.socket(), kekkai.adminSocket())) {
            try (UnixSocketChannel channel = UnixSocketChannel.open(socket, UnixSocketChannel.LOCALHOST)) {
                Status refused = refusal(() -> ClientCalls.blockingServerStreamingCall(
                                channel.channel(), reflection, CallOptions.DEFAULT, Empty.getDefaultInstance())
                        .next());
                assertThat(refused.getCode()).isEqualTo(Status.Code.UNIMPLEMENTED);
            }
        }
    }

    @Test
    void the_kek_cannot_be_read_even_with_the_pin() throws Exception {
        String id = kekkai.keys().get(0).get("versionId").asText();
        SoftHsmToken token = kekkai.token();
        Path copy = folder.resolve("kek-copy");
        Path control = folder.resolve("control-copy");
        token.pkcs11Tool("--keygen", "--key-type", "AES:32", "--id", "c0", "--label", "control", "--extractable")
                .succeeded();

        token.pkcs11Tool("--read-object", "--type", "secrkey", "--id", "c0", "-o", control.toString())
                .succeeded();
        Finished refused = token.pkcs11Tool("--read-object", "--type", "secrkey", "--id", id, "-o", copy.toString());
        token.removeKey("c0");

        assertThat(control).as("what may be read is read in this way").hasSize(32);
        assertThat(refused.exitCode()).isNotZero();
        assertThat(refused.err()).contains("CKR_ATTRIBUTE_SENSITIVE");
        assertThat(copy).satisfiesAnyOf(file -> assertThat(file).doesNotExist(), file -> assertThat(file)
                .isEmptyFile());
    }

    @Test
    void neither_the_state_folder_nor_the_log_holds_a_pin_or_a_dek() throws Exception {
        ByteString uid = ByteString.copyFromUtf8("uid-that-is-to-be-found");
        try (KmsClient client = server.client()) {
            for (int i = 0; i < 20; i++) {
                ByteString dek = KmsClient.dek();
                EncryptResponse wrapped = client.wrap(dek, uid.toStringUtf8());
                client.unwrap(wrapped.getCiphertext(), wrapped.getKeyId());
                client.unwrapV1(client.wrapV1(dek));
                assertThat(Leak.of(dek, kekkai.state())).isEmpty();
                assertThat(Leak.of(dek, server.output())).isEmpty();
            }
        }
        ByteString pin = ByteString.copyFromUtf8(SoftHsmToken.PIN);
        assertThat(Leak.of(pin, kekkai.state())).isEmpty();
        assertThat(Leak.of(pin, server.output())).isEmpty();
        assertThat(Leak.of(uid, kekkai.state()))
                .as("the search finds what is there")
                .singleElement()
                .asString()
                .contains("audit.jsonl holds it as it is");
    }
}
