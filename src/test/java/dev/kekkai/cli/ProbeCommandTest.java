package dev.kekkai.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kekkai.config.KekkaiConfig;
import dev.kekkai.dek.DekException;
import dev.kekkai.dek.Health;
import dev.kekkai.id.TenantId;
import dev.kekkai.kms.KmsEndpoint;
import dev.kekkai.testing.dek.MemoryDekService;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProbeCommandTest {
    @TempDir
    Path folder;

    private final MemoryDekService dek = new MemoryDekService();
    private Path socket;
    private KmsEndpoint endpoint;

    @BeforeEach
    void serve() throws Exception {
        socket = folder.resolve("kms.sock");
        endpoint = KmsEndpoint.start(
                new KekkaiConfig.Kms(socket, PosixFilePermissions.fromString("rw-------"), ""),
                dek,
                TenantId.DEFAULT,
                "1.2.3");
    }

    @AfterEach
    void stop() {
        endpoint.close();
    }

    @Test
    void a_healthy_kms_passes_over_both_apis_without_any_configuration() throws Exception {
        Typed typed = probe();

        assertThat(typed.code()).isZero();
        assertThat(typed.err()).isEmpty();
        assertThat(typed.out())
                .contains("probe of " + socket)
                .contains(dek.status(TenantId.DEFAULT).keyId().value())
                .containsPattern("v1beta1 +ok");
        assertThat(dek.wraps()).hasSize(11);
        assertThat(dek.unwraps()).hasSize(11);
    }

    @Test
    void json_has_what_was_measured() throws Exception {
        JsonNode json = new ObjectMapper().readTree(probe("-o", "json").out());

        assertThat(json.get("socket").textValue()).isEqualTo(socket.toString());
        assertThat(json.get("ciphertextBytes").intValue()).isEqualTo(48);
        assertThat(json.get("encryptMicros").longValue()).isPositive();
        assertThat(json.get("v1beta1").textValue()).isEqualTo("ok");
    }

    @Test
    void an_unhealthy_kms_ends_with_7_and_its_reason_and_nothing_is_encrypted() {
        dek.health(new Health.Unhealthy("the HSM answered CKR_DEVICE_REMOVED", Duration.ofSeconds(3)));

        Typed typed = probe();

        assertThat(typed.code()).isEqualTo(7);
        assertThat(typed.err()).contains("Status says: ").contains("CKR_DEVICE_REMOVED");
        assertThat(typed.out()).isEmpty();
        assertThat(dek.wraps()).isEmpty();
    }

    @Test
    void a_kms_that_fails_to_encrypt_ends_with_7_and_its_answer() {
        dek.failWith(new DekException.Unavailable("the HSM is gone"));

        Typed typed = probe();

        assertThat(typed.code()).isEqualTo(7);
        assertThat(typed.err()).contains(socket.toString()).contains("UNAVAILABLE: the HSM is gone");
    }

    @Test
    void where_nobody_listens_it_ends_with_7() {
        endpoint.close();

        Typed typed = probe();

        assertThat(typed.code()).isEqualTo(7);
        assertThat(typed.err()).contains(socket.toString()).contains("UNAVAILABLE");
    }

    private Typed probe(String... more) {
        String[] line = new String[more.length + 3];
        line[0] = "probe";
        line[1] = "--socket";
        line[2] = socket.toString();
        System.arraycopy(more, 0, line, 3, more.length);
        return Typed.run(line);
    }
}
