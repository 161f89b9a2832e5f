package dev.kekkai.audit.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.kekkai.audit.AuditEvent;
import dev.kekkai.audit.AuditEvent.Outcome;
import dev.kekkai.audit.ChainHead;
import dev.kekkai.audit.verify.LineHash;
import dev.kekkai.audit.verify.TrailLine;
import dev.kekkai.id.Actor;
import dev.kekkai.id.NodeId;
import dev.kekkai.id.TenantId;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class AuditLineTest {
    private static final DateTimeFormatter MICROS =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSS'Z'").withZone(ZoneOffset.UTC);

    private static final UUID REPLICA = new UUID(1, 2);

    private final AuditLine lines = new AuditLine(REPLICA);

    @Test
    void a_caller_can_not_forge_a_line_or_move_a_terminals_cursor() throws Exception {
        String line = line("a\n{\"v\":1}\u001b[2J\u009b\u202e\u2028\ud800\"\\");

        assertThat(line.lines()).hasSize(1);
        assertThat(line).contains("\"uid\":\"a\ufffd{\\\"v\\\":1}\ufffd[2J\ufffd\ufffd\ufffd\ufffd\\\"\\\\\"");
    }

    @Test
    void a_caller_can_not_fill_the_disk() throws Exception {
        assertThat(line("x".repeat(1_000_000))).contains("\"uid\":\"" + "x".repeat(512) + "\u2026[999488 more]\"");
        assertThat(line("x".repeat(512))).contains("\"uid\":\"" + "x".repeat(512) + "\"");
        assertThat(line("\ud83d\ude00".repeat(513)))
                .contains("\"uid\":\"" + "\ud83d\ude00".repeat(512) + "\u2026[1 more]\"");
    }

    @Test
    void times_always_have_six_digits_of_a_second() throws Exception {
        assertThat(line("u")).contains("\"time\":\"2026-01-02T03:04:05.000000Z\"");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1969-12-31T23:59:59.999999Z",
                "1970-01-01T00:00:00.000000Z",
                "2026-02-28T23:59:59.000001Z",
                "2026-03-01T00:00:00.120000Z",
                "2028-02-29T12:00:00.999999Z"
            })
    void every_time_is_shown_as_it_is(String time) throws Exception {
        Instant instant = Instant.from(DateTimeFormatter.ISO_INSTANT.parse(time));
        String shown = "\"time\":\"" + MICROS.format(instant) + "\"";

        assertThat(lineAt(instant)).contains(shown);
        assertThat(lineAt(instant)).as("remembered").contains(shown);
        assertThat(lineAt(instant.plusSeconds(1))).as("the next second").doesNotContain(shown);
    }

    @Test
    void a_line_is_read_back_and_its_hash_is_that_of_its_bytes() throws Exception {
        TrailLine read = TrailLine.of(line("u").strip().getBytes(StandardCharsets.UTF_8), new LineHash())
                .orElseThrow();

        assertThat(read.seq()).isEqualTo(7);
        assertThat(read.hashHolds()).isTrue();
        assertThat(read.field("prev")).isEqualTo("ab".repeat(32));
        assertThat(read.field("replica")).isEqualTo(REPLICA.toString());
    }

    @ParameterizedTest
    @MethodSource("callers")
    void a_caller_is_an_object_of_its_kind(Actor caller, String json) {
        AuditEvent event =
                new AuditEvent("wrap", TenantId.DEFAULT, caller, "v2", "", "", Outcome.DONE, "", "0123456789abcdef");

        assertThat(text(event, Instant.EPOCH))
                .contains(",\"caller\":" + json + ",\"api\":\"v2\"")
                .contains("\"op\":\"0123456789abcdef\",\"prev\"");
    }

    static Stream<Arguments> callers() {
        NodeId node = new NodeId(new UUID(7, 8));
        return Stream.of(
                arguments(
                        new Actor.Socket("kube", "etcd\""),
                        "{\"kind\":\"socket\",\"user\":\"kube\",\"group\":\"etcd\\\"\"}"),
                arguments(
                        new Actor.Node("0a1b", node, "192.0.2.7"),
                        "{\"kind\":\"node\",\"certificate\":\"0a1b\",\"node\":\"" + node
                                + "\",\"source\":\"192.0.2.7\"}"),
                arguments(new Actor.Operator("anna"), "{\"kind\":\"operator\",\"subject\":\"anna\"}"),
                arguments(new Actor.Server("x"), "{\"kind\":\"server\",\"name\":\"x\"}"),
                arguments(new Actor.Named("x"), "{\"kind\":\"other\",\"name\":\"x\"}"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "x",
                "[]",
                "{}",
                "{\"v\":1,\"seq\":\"x\"}",
                "{\"v\":1,\"seq\":7",
                "{\"v\":1,\"seq\":7}{",
                "{\"v\":1,\"seq\":7}x",
                "{\"v\":1,\"a\":{\"seq\":7}}",
                "{\"v\":1,\"seq\":7,\"seq\":8}",
                "{\"v\":1,\"seq\":99999999999999999999}",
                "{\"v\":2,\"seq\":7,\"prev\":\"\"}",
                "{\"v\":3,\"seq\":7}"
            })
    void what_is_no_whole_record_is_none(String line) {
        assertThat(TrailLine.of(line.getBytes(StandardCharsets.UTF_8), new LineHash()))
                .isEmpty();
    }

    private String line(String uid) {
        return line(uid, Instant.parse("2026-01-02T03:04:05Z"));
    }

    private String lineAt(Instant time) {
        return line("u", time);
    }

    private String line(String uid, Instant time) {
        AuditEvent event = new AuditEvent("wrap", TenantId.DEFAULT, "uid 0", "v2", uid, "", Outcome.FAILED, "");
        return text(event, time);
    }

    private String text(AuditEvent event, Instant time) {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        lines.append(event, new ChainHead(6, "ab".repeat(32)), time, line);
        return line.toString(StandardCharsets.UTF_8);
    }
}
