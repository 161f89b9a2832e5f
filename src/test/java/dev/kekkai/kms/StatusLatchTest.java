package dev.kekkai.kms;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.kekkai.dek.Health;
import dev.kekkai.id.KeyId;
import dev.kekkai.uds.UnixSocketChannel;
import dev.kekkai.wire.kms.v2.EncryptRequest;
import dev.kekkai.wire.kms.v2.StatusRequest;
import dev.kekkai.wire.kms.v2.StatusResponse;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StatusLatchTest {
    private static final StatusRequest ASK = StatusRequest.getDefaultInstance();

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
    void status_tells_version_health_and_key_id() {
        StatusResponse status = kms.v2().status(ASK);

        assertThat(status.getVersion()).isEqualTo("v2");
        assertThat(status.getHealthz()).isEqualTo("ok");
        assertThat(status.getKeyId()).startsWith(KeyId.PREFIX);
    }

    @Test
    void status_tells_what_is_wrong_and_how_old_that_knowledge_is_and_keeps_the_key_id() {
        String keyId = kms.v2().status(ASK).getKeyId();
        kms.dek.health(new Health.Unhealthy("token gone", Duration.ofSeconds(7)));

        StatusResponse status = kms.v2().status(ASK);

        assertThat(status.getHealthz()).isEqualTo("token gone (probed 7 s ago)");
        assertThat(status.getKeyId()).isEqualTo(keyId);
    }

    @Test
    void an_unhealthy_status_is_never_ok_even_if_its_reason_says_so() {
        kms.dek.health(new Health.Unhealthy("ok", Duration.ZERO));

        assertThat(kms.v2().status(ASK).getHealthz()).isNotEqualTo("ok");
    }

    @Test
    void a_key_change_between_status_and_encrypt_does_not_show_on_that_connection() {
        String told = kms.v2().status(ASK).getKeyId();
        String fresh = kms.dek.rotate().value();

        assertThat(encrypt(kms.client())).isEqualTo(told).isNotEqualTo(fresh);

        kms.v2().status(ASK);
        assertThat(encrypt(kms.client())).isEqualTo(fresh);
    }

    @Test
    void another_clients_status_does_not_move_the_latch() {
        String told = kms.v2().status(ASK).getKeyId();
        String fresh = kms.dek.rotate().value();
        try (UnixSocketChannel other = kms.anotherClient()) {
            assertThat(KmsFixture.v2(other).status(ASK).getKeyId()).isEqualTo(fresh);

            assertThat(encrypt(kms.client())).isEqualTo(told);
            assertThat(encrypt(other)).isEqualTo(fresh);
        }
    }

    @Test
    void without_a_status_on_its_connection_a_wrap_is_told_nothing() {
        kms.v2().status(ASK);
        try (UnixSocketChannel other = kms.anotherClient()) {
            encrypt(other);
        }

        assertThat(kms.dek.wraps()).singleElement().satisfies(request -> assertThat(request.told())
                .isNull());
    }

    @Test
    void v1_wraps_with_the_active_version_also_on_a_connection_that_asked_for_status() {
        kms.v2().status(ASK);
        kms.dek.rotate();

        var unused = kms.v1()
                .encrypt(dev.kekkai.wire.kms.v1beta1.EncryptRequest.newBuilder()
                        .setPlain(ByteString.copyFromUtf8("ping"))
                        .build());

        assertThat(kms.dek.wraps()).singleElement().satisfies(request -> assertThat(request.told())
                .isNull());
    }

    private static String encrypt(UnixSocketChannel client) {
        return KmsFixture.v2(client)
                .encrypt(EncryptRequest.newBuilder()
                        .setPlaintext(ByteString.copyFrom(new byte[32]))
                        .build())
                .getKeyId();
    }
}
