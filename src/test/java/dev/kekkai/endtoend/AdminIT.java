package dev.kekkai.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.ByteString;
import dev.kekkai.testing.process.Finished;
import dev.kekkai.testing.process.Installation;
import dev.kekkai.testing.process.KekkaiProcess;
import dev.kekkai.testing.process.KmsClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commands beside a running server, which go over its admin socket. */
class AdminIT {
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

    @Test
    void status_tells_what_serves_for_people_and_for_programs() throws Exception {
        try (KmsClient client = server.client()) {
            String keyId = client.status().getKeyId();

            Finished table = kekkai.run("status").succeeded();
            JsonNode json = kekkai.run("status", "-o", "json").succeeded().json();

            assertThat(table.out())
                    .contains(keyId)
                    .contains(kekkai.socket().toString())
                    .contains("SOFTWARE TOKEN")
                    .containsPattern("sealing +AES-256-GCM with Kekkai's IV: profile 'softhsm' says so")
                    .containsPattern("self-test +a session key sealed, opened, and refused a changed box")
                    .containsPattern("health +ok");
            assertThat(json.get("keyId").asText()).isEqualTo(keyId);
            assertThat(json.get("healthy").asBoolean()).isTrue();
            assertThat(json.get("token").get("software").asBoolean()).isTrue();
            assertThat(json.get("token").get("sealing").asText()).startsWith("AES-256-GCM");
            assertThat(json.get("token").get("selfTest").asText()).startsWith("a session key sealed");
        }
    }

    @Test
    void a_key_created_beside_an_active_one_is_prepared_and_wraps_nothing() throws Exception {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(kekkai.adminSocket())))
                .isEqualTo("rw-------");
        try (KmsClient client = server.client()) {
            String keyId = client.status().getKeyId();
            int before = kekkai.keys().size();

            JsonNode created =
                    kekkai.run("key", "create", "-o", "json").succeeded().json();

            assertThat(created).hasSize(1);
            JsonNode version = created.get(0);
            assertThat(version.get("state").asText()).isEqualTo("PREPARED");
            assertThat(version.get("number").asInt()).isEqualTo(before + 1);
            assertThat(version.get("keyId").asText()).isEmpty();
            assertThat(kekkai.keys()).hasSize(before + 1);
            assertThat(kekkai.keys().get(0).get("state").asText()).isEqualTo("ACTIVE");
            assertThat(client.status().getKeyId()).isEqualTo(keyId);
            assertThat(client.wrap(KmsClient.dek()).getCiphertext().substring(3, 19))
                    .isEqualTo(ByteString.fromHex(
                            kekkai.keys().get(0).get("versionId").asText()));
            assertThat(kekkai.audit()).as("the running server did it").anySatisfy(record -> {
                assertThat(record.get("action").asText()).isEqualTo("key.create");
                assertThat(record.get("api").asText()).isEqualTo("admin");
                assertThat(record.get("key_version").asText())
                        .isEqualTo(version.get("versionId").asText());
            });
        }
    }

    @Test
    void adopting_where_nothing_is_lost_changes_nothing() throws Exception {
        int before = kekkai.keys().size();

        assertThat(kekkai.run("key", "adopt", "-o", "json").succeeded().json()).isEmpty();

        assertThat(kekkai.keys()).hasSize(before);
    }

    @Test
    void probe_makes_the_round_trip_of_an_apiserver() throws Exception {
        JsonNode json = kekkai.run("-o", "json", "probe").succeeded().json();

        assertThat(json.get("v1beta1").asText()).isEqualTo("ok");
        assertThat(json.get("ciphertextBytes").asInt()).isEqualTo(82);
        assertThat(json.get("keyId").asText()).startsWith("kekkai:");
        assertThat(kekkai.run("probe", "--socket", kekkai.socket().toString())
                        .succeeded()
                        .out())
                .contains("seeds of 32 bytes came back");
    }

    @Test
    void the_admin_socket_answers_no_kms_calls_and_the_kms_socket_no_admin_calls() throws Exception {
        Finished probed =
                kekkai.run("probe", "--socket", kekkai.adminSocket().toString()).endedWith(7);

        assertThat(probed.err()).contains("UNIMPLEMENTED");
    }
}
