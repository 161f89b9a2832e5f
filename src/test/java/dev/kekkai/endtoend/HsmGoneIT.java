package dev.kekkai.endtoend;

import static dev.kekkai.testing.process.KmsClient.refusal;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import dev.kekkai.testing.process.Finished;
import dev.kekkai.testing.process.Installation;
import dev.kekkai.testing.process.KekkaiProcess;
import dev.kekkai.testing.process.KmsClient;
import dev.kekkai.wire.kms.v2.EncryptResponse;
import dev.kekkai.wire.kms.v2.StatusResponse;
import io.grpc.Status;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The token goes away under a serving process. SoftHSM does not find it again by itself, so the module is initialised again when it is back. */
class HsmGoneIT {
    /** The probe asks the HSM every 10 s. */
    private static final Duration NOTICED = Duration.ofSeconds(30);

    private static final int NOT_SERVING = 7;
    private static final String REASON = "the token does not say who it is any more";

    @TempDir
    Path folder;

    @Test
    void it_is_told_everywhere_with_its_reason_and_the_process_lives_on() throws Exception {
        Installation kekkai = Installation.withKey(folder);
        ByteString dek = KmsClient.dek();
        try (KekkaiProcess server = kekkai.serve();
                KmsClient client = server.client()) {
            EncryptResponse wrapped = client.wrap(dek);
            String keyId = client.status().getKeyId();
            assertThat(server.probe("/readyz").statusCode()).isEqualTo(200);

            kekkai.token().unplug();

            await().atMost(NOTICED).until(() -> server.probe("/readyz").statusCode() == 503);
            HttpResponse<String> ready = server.probe("/readyz");
            assertThat(ready.body()).contains("\"DOWN\"").contains(REASON).contains("probe-age-ms");
            StatusResponse status = client.status();
            assertThat(status.getHealthz()).isNotEqualTo("ok").contains(REASON);
            assertThat(status.getKeyId()).as("the key_id never flaps").isEqualTo(keyId);
            assertThat(server.probe("/livez").statusCode()).isEqualTo(200);
            assertThat(server.probe("/startupz").statusCode()).isEqualTo(200);
            Status encrypt = refusal(() -> client.wrap(dek));
            assertThat(encrypt.getCode()).isEqualTo(Status.Code.UNAVAILABLE);
            assertThat(encrypt.getDescription()).contains(REASON);
            Status decrypt = refusal(() -> client.unwrap(wrapped.getCiphertext(), keyId));
            assertThat(decrypt.getCode()).isEqualTo(Status.Code.UNAVAILABLE);
            Finished told = kekkai.run("status").endedWith(NOT_SERVING);
            assertThat(told.out()).contains("NOT OK").contains(REASON).contains(keyId);

            kekkai.token().plugIn();
            await().atMost(NOTICED).until(() -> client.status().getHealthz().equals("ok"));
            assertThat(server.probe("/readyz").statusCode()).isEqualTo(200);
            assertThat(client.unwrap(wrapped.getCiphertext(), wrapped.getKeyId()))
                    .isEqualTo(dek);
            await().untilAsserted(() -> assertThat(kekkai.audit())
                    .extracting(record -> record.get("action").asText())
                    .containsSubsequence("server.start", "hsm.lost", "hsm.back"));
        }
    }
}
