package dev.kekkai.audit.file;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kekkai.audit.AuditEvent;
import dev.kekkai.audit.AuditEvent.Outcome;
import dev.kekkai.id.TenantId;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AuditLineTest {
    private static final DateTimeFormatter MICROS =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSS'Z'").withZone(ZoneOffset.UTC);

    private final AuditLine lines = new AuditLine();

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
    void a_line_gives_its_number_back() throws Exception {
        assertThat(lines.seqOf(line("u").stripTrailing())).hasValue(7);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "x",
                "[]",
                "{}",
                "{\"seq\":\"7\"}",
                "{\"seq\":7",
                "{\"seq\":7}{",
                "{\"seq\":7}x",
                "{\"a\":{\"seq\":7}}",
                "{\"seq\":99999999999999999999}"
            })
    void what_is_no_whole_record_has_no_number(String line) {
        assertThat(lines.seqOf(line)).isEmpty();
    }

    private String line(String uid) {
        return line(uid, Instant.parse("2026-01-02T03:04:05Z"));
    }

    private String lineAt(Instant time) {
        return line("u", time);
    }

    private String line(String uid, Instant time) {
        AuditEvent event = new AuditEvent("wrap", TenantId.DEFAULT, "uid 0", "v2", uid, "", Outcome.FAILED, "");
        return new String(lines.of(event, 7, time), StandardCharsets.UTF_8);
    }
}
