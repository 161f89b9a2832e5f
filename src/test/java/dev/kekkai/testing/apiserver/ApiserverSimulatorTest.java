package dev.kekkai.testing.apiserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.kekkai.uds.Serving;
import dev.kekkai.uds.SocketPlace;
import dev.kekkai.uds.UnixSocketServer;
import dev.kekkai.wire.kms.v2.DecryptRequest;
import dev.kekkai.wire.kms.v2.DecryptResponse;
import dev.kekkai.wire.kms.v2.EncryptRequest;
import dev.kekkai.wire.kms.v2.EncryptResponse;
import dev.kekkai.wire.kms.v2.KeyManagementServiceGrpc.KeyManagementServiceImplBase;
import dev.kekkai.wire.kms.v2.StatusRequest;
import dev.kekkai.wire.kms.v2.StatusResponse;
import io.grpc.stub.StreamObserver;
import java.nio.file.Path;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The simulator refuses what an apiserver refuses: a plugin that is right but for one thing must be caught at it. */
class ApiserverSimulatorTest {
    @TempDir
    Path folder;

    private final Plugin plugin = new Plugin();
    private UnixSocketServer server;
    private ApiserverSimulator apiserver;

    @BeforeEach
    void serve() throws Exception {
        server = UnixSocketServer.start(
                SocketPlace.ownerOnly(folder.resolve("kms.sock")), Serving.of(plugin.bindService()));
        apiserver = ApiserverSimulator.connect(server.path());
    }

    @AfterEach
    void end() {
        apiserver.close();
        server.close();
    }

    @Test
    void a_plugin_that_is_right_passes() {
        apiserver.start();
        apiserver.write("a");
        apiserver.restart();
    }

    @Test
    void annotations_and_key_id_come_back_as_they_were_given() {
        plugin.encrypted = answer -> answer.putAnnotations("a.example", ByteString.copyFromUtf8("note"));
        apiserver.start();
        apiserver.write("a");
        plugin.keyId = "two";
        plugin.encrypted = answer -> answer;

        apiserver.restart();

        assertThat(plugin.lastDecrypt.getKeyId()).isEqualTo("one");
        assertThat(plugin.lastDecrypt.getAnnotationsMap()).containsEntry("a.example", ByteString.copyFromUtf8("note"));
    }

    @Test
    void a_rotation_to_another_key_id_than_status_told_is_refused_and_the_old_seed_stays() {
        apiserver.start();
        plugin.keyId = "two";
        plugin.encrypted = answer -> answer.setKeyId("three");

        assertBroken("must equal the one Status just gave");
        assertThat(apiserver.keyId()).isEqualTo("one");
    }

    @Test
    void a_ciphertext_of_1025_bytes_is_refused() {
        plugin.encrypted = answer -> answer.setCiphertext(ByteString.copyFrom(new byte[1025]));

        assertBroken("1 to 1024 bytes, it has 1025");
    }

    @Test
    void an_annotation_key_of_one_label_is_refused() {
        plugin.encrypted = answer -> answer.putAnnotations("note", ByteString.EMPTY);

        assertBroken("FQDN");
    }

    @Test
    void a_health_other_than_ok_is_told_and_yet_the_seed_is_rotated() {
        plugin.status = answer -> answer.setHealthz("OK");

        assertBroken("healthz must be `ok`");
        assertThat(apiserver.keyId()).isEqualTo("one");
    }

    @Test
    void a_version_that_changes_is_refused() {
        apiserver.start();
        plugin.status = answer -> answer.setVersion("v2beta1");

        assertBroken("must never change");
    }

    @Test
    void an_empty_key_id_is_refused() {
        plugin.status = answer -> answer.setKeyId("");

        assertBroken("key_id must have 1 to 1024 bytes");
    }

    @Test
    void another_plaintext_at_a_restart_is_noticed() {
        apiserver.start();
        apiserver.write("a");
        plugin.decrypted = plaintext -> ByteString.copyFromUtf8("another");

        assertThatThrownBy(apiserver::restart)
                .isInstanceOf(BrokenRule.class)
                .hasMessageContaining("the seed that was encrypted");
    }

    private void assertBroken(String rule) {
        assertThatThrownBy(apiserver::status).isInstanceOf(BrokenRule.class).hasMessageContaining(rule);
    }

    /** Gives plaintexts back as ciphertexts, with one thing changed at a time. */
    private static final class Plugin extends KeyManagementServiceImplBase {
        volatile String keyId = "one";
        volatile UnaryOperator<StatusResponse.Builder> status = answer -> answer;
        volatile UnaryOperator<EncryptResponse.Builder> encrypted = answer -> answer;
        volatile UnaryOperator<ByteString> decrypted = plaintext -> plaintext;
        volatile DecryptRequest lastDecrypt;

        @Override
        public void status(StatusRequest request, StreamObserver<StatusResponse> observer) {
            StatusResponse.Builder answer = StatusResponse.newBuilder()
                    .setVersion("v2")
                    .setHealthz("ok")
                    .setKeyId(keyId);
            observer.onNext(status.apply(answer).build());
            observer.onCompleted();
        }

        @Override
        public void encrypt(EncryptRequest request, StreamObserver<EncryptResponse> observer) {
            EncryptResponse.Builder answer = EncryptResponse.newBuilder()
                    .setCiphertext(request.getPlaintext())
                    .setKeyId(keyId);
            observer.onNext(encrypted.apply(answer).build());
            observer.onCompleted();
        }

        @Override
        public void decrypt(DecryptRequest request, StreamObserver<DecryptResponse> observer) {
            lastDecrypt = request;
            observer.onNext(DecryptResponse.newBuilder()
                    .setPlaintext(decrypted.apply(request.getCiphertext()))
                    .build());
            observer.onCompleted();
        }
    }
}
