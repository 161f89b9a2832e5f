package dev.kekkai.audit.otlp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kekkai.app.AuditFiles;
import dev.kekkai.audit.AuditEvent;
import dev.kekkai.audit.AuditEvent.Outcome;
import dev.kekkai.audit.file.FileAuditTrail;
import dev.kekkai.audit.file.TrailOptions;
import dev.kekkai.audit.verify.Evidence;
import dev.kekkai.id.TenantId;
import dev.kekkai.testing.otlp.ReceivingCollector;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a collector has of a trail that a real writer wrote. */
class CopiedTrailTest {
    private static final UUID REPLICA = new UUID(1, 2);

    @TempDir
    Path folder;

    private static void record(FileAuditTrail trail, String action, Outcome outcome, String reason) throws Exception {
        trail.record(new AuditEvent(action, TenantId.DEFAULT, "é \"caller\"", "v2", "uid", "00ff", outcome, reason));
    }

    @Test
    void the_bodies_that_a_collector_stored_are_the_trail_and_can_be_verified() throws Exception {
        Path file = folder.resolve("audit.jsonl");
        try (ReceivingCollector collector = ReceivingCollector.plain();
                OtlpCopies copies = copies(collector);
                FileAuditTrail trail =
                        FileAuditTrail.open(file, REPLICA, InstantSource.system(), TrailOptions.DEFAULT)) {
            trail.copyTo(copies);
            for (int i = 0; i < 40; i++) {
                record(trail, "wrap", Outcome.DONE, "\\ \t é 結界 \" </x>");
            }
            await().until(() -> collector.lines().size() == 40);

            Path stored = folder.resolve("stored.jsonl");
            Files.writeString(stored, String.join("\n", collector.lines()) + "\n", UTF_8);
            assertThat(Files.readAllBytes(stored)).isEqualTo(Files.readAllBytes(file));
            Evidence nothing = new Evidence(Optional.empty(), Optional.empty(), List.of(), Optional.empty(), List.of());
            assertThat(AuditFiles.verify(List.of(stored), nothing, 0).findings())
                    .isEmpty();

            Files.writeString(stored, Files.readString(stored).replaceFirst("\"wrap\"", "\"warp\""));
            assertThat(AuditFiles.verify(List.of(stored), nothing, 0).findings())
                    .as("one that was changed")
                    .isNotEmpty();
        }
    }

    @Test
    void a_log_record_says_what_people_search_by_in_the_json_of_otlp() throws Exception {
        try (ReceivingCollector collector = ReceivingCollector.plain();
                OtlpCopies copies = copies(collector);
                FileAuditTrail trail = FileAuditTrail.open(
                        folder.resolve("audit.jsonl"),
                        REPLICA,
                        InstantSource.fixed(Instant.parse("2026-01-02T03:04:05.000678Z")),
                        TrailOptions.DEFAULT)) {
            trail.copyTo(copies);
            record(trail, "wrap", Outcome.DONE, "");
            record(trail, "unwrap", Outcome.REFUSED, "");
            record(trail, "key.create", Outcome.FAILED, "");
            trail.record(AuditEvent.ofServer("server.stop", Outcome.DONE, ""));
            await().until(() -> collector.lines().size() == 4);

            JsonNode request = collector.requests().getFirst().body();
            assertThat(attributes(request.at("/resourceLogs/0/resource")))
                    .isEqualTo(Map.of(
                            "service.name", "kekkai",
                            "service.instance.id", REPLICA.toString(),
                            "service.version", "1.2.3"));
            assertThat(request.at("/resourceLogs/0/scopeLogs/0/scope/name").asText())
                    .isEqualTo("dev.kekkai.audit");
            List<JsonNode> records = collector.requests().stream()
                    .flatMap(one -> one.records().valueStream())
                    .toList();
            JsonNode refused = records.get(1);
            assertThat(refused.get("timeUnixNano").isTextual())
                    .as("64-bit numbers are text")
                    .isTrue();
            assertThat(refused.get("timeUnixNano").asText()).isEqualTo("1767323045000678000");
            assertThat(Long.parseLong(refused.get("observedTimeUnixNano").asText()))
                    .isGreaterThan(1_767_323_045_000_678_000L);
            assertThat(attributes(refused))
                    .isEqualTo(Map.of(
                            "kekkai.action", "unwrap",
                            "kekkai.outcome", "refused",
                            "kekkai.tenant", TenantId.DEFAULT.toString(),
                            "kekkai.seq", "2"));
            assertThat(refused.at("/attributes/3/value/intValue").isTextual()).isTrue();
            assertThat(attributes(records.get(3))).doesNotContainKey("kekkai.tenant");
            assertThat(records)
                    .extracting(one -> one.get("severityNumber").intValue())
                    .containsExactly(9, 13, 17, 9);
        }
    }

    private static OtlpCopies copies(ReceivingCollector collector) {
        return OtlpCopies.to(
                new CollectorAddress(collector.url(), Optional.empty(), Optional.empty()), REPLICA, "1.2.3");
    }

    private static Map<String, String> attributes(JsonNode of) {
        Map<String, String> attributes = new HashMap<>();
        of.get("attributes")
                .forEach(each -> attributes.put(
                        each.get("key").asText(),
                        each.get("value").elements().next().asText()));
        return attributes;
    }
}
