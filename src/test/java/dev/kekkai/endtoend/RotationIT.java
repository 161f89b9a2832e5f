package dev.kekkai.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.ByteString;
import dev.kekkai.testing.apiserver.ApiserverSimulator;
import dev.kekkai.testing.process.Backdater;
import dev.kekkai.testing.process.Finished;
import dev.kekkai.testing.process.Installation;
import dev.kekkai.testing.process.KekkaiProcess;
import dev.kekkai.testing.process.Keyrings;
import dev.kekkai.testing.process.KmsClient;
import dev.kekkai.wire.kms.v2.EncryptResponse;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The key is rotated, disabled and destroyed by the commands that operators have. */
class RotationIT {
    private static final int KEYRING = 6;
    private static final int STORE = 8;

    @TempDir
    Path folder;

    private Installation kekkai;

    @BeforeEach
    void install() throws Exception {
        kekkai = Installation.withKey(folder);
    }

    @Test
    void a_running_server_rotates_and_nothing_that_was_written_is_lost() throws Exception {
        try (KekkaiProcess server = kekkai.serve();
                var apiserver = ApiserverSimulator.connect(kekkai.socket());
                KmsClient client = server.client()) {
            String first = apiserver.start().getKeyId();
            apiserver.write("before");
            ByteString dek = KmsClient.dek();
            EncryptResponse old = client.wrap(dek);

            Finished dry = kekkai.run("key", "rotate", "--dry-run").succeeded();
            assertThat(dry.err()).contains("would generate a KEK inside the HSM");
            Finished rotated = kekkai.run("key", "rotate").succeeded();

            assertThat(rotated.err()).contains("version 2 is ACTIVE, version 1 RETIRED");
            assertThat(states()).containsExactly("RETIRED", "ACTIVE");
            assertThat(apiserver.status().getKeyId()).isNotEqualTo(first);
            apiserver.write("after");
            apiserver.restart();
            assertThat(client.unwrap(old.getCiphertext(), old.getKeyId())).isEqualTo(dek);

            kekkai.run("key", "disable", "2").endedWith(KEYRING);
            kekkai.run("key", "disable", "1").succeeded();
            assertThat(KmsClient.refusal(() -> client.unwrap(old.getCiphertext(), old.getKeyId()))
                            .getDescription())
                    .contains("DISABLED");
            kekkai.run("key", "enable", "1").succeeded();
            assertThat(client.unwrap(old.getCiphertext(), old.getKeyId())).isEqualTo(dek);
        }
        assertThat(kekkai.audit()).anySatisfy(record -> {
            assertThat(record.get("action").asText()).isEqualTo("key.disable");
            assertThat(record.get("outcome").asText()).isEqualTo("refused");
        });
    }

    @Test
    void a_scheduled_rotation_is_done_by_the_server_that_runs_then() throws Exception {
        kekkai.run("key", "rotate", "--activate-in", "6s").succeeded();
        assertThat(states()).containsExactly("ACTIVE", "PREPARED");

        try (KekkaiProcess server = kekkai.serve();
                KmsClient client = server.client()) {
            String second = keyIdWhenActive(2);
            assertThat(client.status().getKeyId()).isEqualTo(second);
            kekkai.run("key", "rotate", "--activate-in", "3s").succeeded();
            server.kill();
        }
        await().pollDelay(Duration.ofSeconds(3)).until(() -> true);

        try (KekkaiProcess server = kekkai.serve();
                KmsClient client = server.client()) {
            assertThat(states()).containsExactly("RETIRED", "RETIRED", "ACTIVE");
            assertThat(client.status().getKeyId())
                    .isEqualTo(kekkai.keys().get(2).get("keyId").asText());
        }
    }

    private String keyIdWhenActive(int number) throws Exception {
        await().atMost(Duration.ofSeconds(30))
                .until(() -> kekkai.keys().get(number - 1).get("state").asText().equals("ACTIVE"));
        return kekkai.keys().get(number - 1).get("keyId").asText();
    }

    @Test
    void rotations_at_the_same_time_come_one_after_the_other() throws Exception {
        List<CompletableFuture<Finished>> commands = List.of(rotating(), rotating());

        commands.forEach(command -> command.join().succeeded());

        assertThat(states()).containsExactly("RETIRED", "RETIRED", "ACTIVE");
    }

    private CompletableFuture<Finished> rotating() {
        return CompletableFuture.supplyAsync(() -> {
            try {
                return kekkai.run("key", "rotate");
            } catch (IOException e) {
                throw new AssertionError(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new AssertionError(e);
            }
        });
    }

    @Test
    void a_key_is_destroyed_in_the_hsm_when_its_time_has_come() throws Exception {
        kekkai.run("key", "rotate").succeeded();
        String id = kekkai.keys().get(0).get("versionId").asText();
        kekkai.run("key", "disable", id).succeeded();
        Finished early = kekkai.run("key", "destroy", "1", "--older-backups-may-become-unreadable")
                .endedWith(KEYRING);
        assertThat(early.err()).contains("keys.backup-retention");

        Keyrings.change(kekkai, "UPDATE key_version SET disabled_at = disabled_at - 91 * 86400000");
        assertThat(kekkai.run("key", "destroy", "1", "--older-backups-may-become-unreadable")
                        .endedWith(STORE)
                        .err())
                .as("a writer to the database shortens no retention time")
                .contains("was changed: time of disabling");
        Keyrings.change(kekkai, "UPDATE key_version SET disabled_at = disabled_at + 91 * 86400000");
        Backdater.disabledFor(kekkai, 1, Duration.ofDays(91));
        assertThat(kekkai.run("key", "destroy", "1").endedWith(KEYRING).err())
                .contains("--older-backups-may-become-unreadable");
        kekkai.run("key", "destroy", "1", "--older-backups-may-become-unreadable")
                .succeeded();

        assertThat(kekkai.token().secretKeys()).isEqualTo(1);
        assertThat(states()).containsExactly("DESTROYED", "ACTIVE");
        Finished again = kekkai.run("key", "destroy", "1", "--older-backups-may-become-unreadable")
                .succeeded();
        assertThat(again.err()).contains("DESTROYED already");
        try (KekkaiProcess server = kekkai.serve()) {
            assertThat(server.probe("/readyz").statusCode()).isEqualTo(200);
        }
    }

    @Test
    void a_lost_key_is_worked_round_without_a_server() throws Exception {
        kekkai.run("key", "rotate").succeeded();
        kekkai.token().removeKey(kekkai.keys().get(0).get("versionId").asText());
        assertThat(kekkai.run("serve").endedWith(KEYRING).err()).contains("'kekkai key disable 1'");

        kekkai.run("key", "disable", "1").succeeded();

        try (KekkaiProcess server = kekkai.serve()) {
            assertThat(server.output()).contains("version 1 is DISABLED and could not be enabled as it is");
        }
    }

    private List<String> states() throws Exception {
        JsonNode keys = kekkai.keys();
        return StreamSupport.stream(keys.spliterator(), false)
                .map(version -> version.get("state").asText())
                .toList();
    }
}
