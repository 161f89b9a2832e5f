package dev.kekkai.endtoend;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.ByteString;
import dev.kekkai.testing.otlp.ReceivingCollector;
import dev.kekkai.testing.process.Finished;
import dev.kekkai.testing.process.Installation;
import dev.kekkai.testing.process.KekkaiProcess;
import dev.kekkai.testing.process.Keyrings;
import dev.kekkai.testing.process.KmsClient;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The audit trail of real processes, anchored by a real token, and what becomes of it in other hands. */
class AuditIT {
    private static final int AUDIT = 9;
    private static final long LARGEST_OTHER_FILE = 100_000;

    @TempDir
    Path folder;

    private Installation kekkai;
    private Path trail;

    @BeforeEach
    void install() throws Exception {
        kekkai = Installation.withKey(folder).environment("KEKKAI_AUDIT_ANCHOR_EVERY", "1s");
        trail = kekkai.state().resolve("audit.jsonl");
    }

    @Test
    void after_kill_9_it_goes_on_and_is_whole_and_each_tampering_is_found() throws Exception {
        ByteString dek = KmsClient.dek();
        try (KekkaiProcess server = kekkai.serve();
                KmsClient client = server.client()) {
            client.wrap(dek, "uid-before");
            awaitAnchor();
            client.wrap(dek, "uid-last");
            server.kill();
        }
        try (KekkaiProcess server = kekkai.serve();
                KmsClient client = server.client()) {
            client.wrap(dek, "uid-after");
            JsonNode running = verified();
            assertThat(running.get("coveredByServer").booleanValue()).isTrue();
            server.terminate();
        }

        JsonNode report = verified();
        assertThat(report.get("provedTo").longValue())
                .as("the last but the record of its own anchor")
                .isEqualTo(report.get("last").longValue() - 1);
        assertThat(kekkai.audit())
                .extracting(record -> record.get("action").asText())
                .contains("server.start", "wrap", "audit.anchor", "server.stop");
        assertThat(record("uid-last").get("caller").get("kind").asText()).isEqualTo("socket");
        assertThat(record("uid-last").get("op").asText()).matches("[0-9a-f]{16}");
        assertThat(kekkai.run("audit", "verify", "--offline").succeeded().out())
                .contains("nothing is wrong", "note: no anchor was checked");

        List<String> whole = Files.readAllLines(trail);
        int at = kekkai.audit().indexOf(record("uid-before"));
        refused(whole, lines -> lines.set(at, lines.get(at).replace("uid-before", "uid-forged")), "changed: record");
        refused(whole, lines -> lines.remove(at), "removed: record");
        refused(whole, lines -> Collections.swap(lines, at, at + 1), "reordered: record");
        refused(whole, lines -> lines.add(at, "hello"), "no record: 5 bytes");
        refused(whole, lines -> lines.subList(at + 1, lines.size()).clear(), "truncated: the trail ends with record");
        Files.write(trail, whole);
        Keyrings.change(kekkai, "UPDATE audit_anchor SET seq = seq + 1000000");
        assertThat(kekkai.run("audit", "verify").endedWith(AUDIT).out())
                .contains("forged anchor: the HSM did not sign");
    }

    @Test
    void the_last_records_are_shown_and_those_alone_that_are_asked_for() throws Exception {
        try (KekkaiProcess server = kekkai.serve();
                KmsClient client = server.client()) {
            client.wrap(KmsClient.dek(), "uid-1");
            client.wrap(KmsClient.dek(), "uid-2");

            assertThat(kekkai.run("audit", "tail", "--uid", "uid-1").succeeded().out())
                    .contains("uid=uid-1")
                    .doesNotContain("uid-2");
            assertThat(kekkai.run("audit", "tail", "-n", "1", "--action", "wrap", "-o", "json")
                            .succeeded()
                            .json()
                            .get("uid")
                            .asText())
                    .isEqualTo("uid-2");
            assertThat(kekkai.run("status").succeeded().out()).contains("audit trail");
        }
    }

    @Test
    void a_collector_that_was_away_has_the_whole_trail_of_a_server_in_the_end() throws Exception {
        int port;
        try (ReceivingCollector gone = ReceivingCollector.plain()) {
            port = gone.port();
        }
        kekkai.environment("KEKKAI_AUDIT_OTLP_URL", "http://127.0.0.1:" + port + "/v1/logs");
        try (KekkaiProcess server = kekkai.serve();
                KmsClient client = server.client()) {
            client.wrap(KmsClient.dek(), "uid-away");
            await().atMost(Duration.ofSeconds(70))
                    .until(() -> kekkai.run("status").succeeded().out().contains("audit to OTLP"));
            try (ReceivingCollector back = ReceivingCollector.plain(port)) {
                client.wrap(KmsClient.dek(), "uid-back");
                await().atMost(Duration.ofSeconds(70))
                        .until(() -> back.lines().stream().anyMatch(line -> line.contains("uid-back")));
                server.terminate();

                String copied = String.join("\n", back.lines()) + "\n";
                assertThat(copied).contains("server.start", "uid-away", "uid-back", "server.stop", "audit.anchor");
                assertThat(Files.readString(trail)).as("byte for byte").endsWith(copied);
            }
        }
    }

    /** The kernel stops the file in the middle of a record, as a full disk does. */
    @Test
    void a_trail_that_the_disk_has_no_room_for_stops_wraps_until_it_has_and_stays_whole() throws Exception {
        ByteString dek = KmsClient.dek();
        try (KekkaiProcess server = kekkai.serve();
                KmsClient client = server.client()) {
            while (Files.size(trail) < 2 * Files.size(kekkai.database()) + LARGEST_OTHER_FILE) {
                client.wrap(dek, "uid-fill");
            }
            largestFile(server, Files.size(trail) + 800);
            StatusRuntimeException refused = catchThrowableOfType(StatusRuntimeException.class, () -> {
                client.wrap(dek, "uid-1");
                client.wrap(dek, "uid-2");
            });
            assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
            assertThat(refused.getStatus().getDescription()).contains("could not be recorded", "File too large");

            largestFile(server, -1);
            client.wrap(dek, "uid-3");
            server.terminate();
        }

        assertThat(kekkai.run("audit", "verify").succeeded().out())
                .contains("nothing is wrong", "bytes of a record that was not wholly written");
        assertThat(kekkai.run("audit", "tail", "--uid", "uid-3").succeeded().out())
                .contains("uid-3");
    }

    /** RLIMIT_FSIZE, setrlimit(2); -1 is no limit. */
    private static void largestFile(KekkaiProcess server, long bytes) throws Exception {
        Process limit = new ProcessBuilder(
                        "prlimit",
                        "--pid",
                        Long.toString(server.pid()),
                        "--fsize=" + (bytes < 0 ? "unlimited" : bytes + ":unlimited"))
                .redirectErrorStream(true)
                .start();
        assertThat(limit.waitFor())
                .as(new String(limit.getInputStream().readAllBytes(), UTF_8))
                .isZero();
    }

    private void awaitAnchor() {
        await().until(() -> kekkai.audit().stream()
                .anyMatch(record -> record.get("action").asText().equals("audit.anchor")));
    }

    private JsonNode record(String uid) throws Exception {
        return kekkai.audit().stream()
                .filter(record -> record.get("uid").asText().equals(uid))
                .findFirst()
                .orElseThrow();
    }

    private JsonNode verified() throws Exception {
        JsonNode report =
                kekkai.run("audit", "verify", "-o", "json").succeeded().json();
        assertThat(report.get("whole").booleanValue()).isTrue();
        assertThat(report.get("provedTo").longValue()).isPositive();
        return report;
    }

    private void refused(List<String> whole, Consumer<List<String>> tampering, String said) throws Exception {
        List<String> lines = new ArrayList<>(whole);
        tampering.accept(lines);
        Files.write(trail, lines);

        Finished found = kekkai.run("audit", "verify").endedWith(AUDIT);

        assertThat(found.out()).contains(trail + ":").contains(said);
    }
}
