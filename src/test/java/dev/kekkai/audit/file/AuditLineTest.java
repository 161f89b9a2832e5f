package dev.kekkai.audit.file;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kekkai.audit.AuditEvent;
import dev.kekkai.audit.AuditEvent.Outcome;
import dev.kekkai.id.TenantId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AuditLineTest {
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

    private String line(String uid) throws IOException {
        AuditEvent event = new AuditEvent("wrap", TenantId.DEFAULT, "uid 0", "v2", uid, "", Outcome.FAILED, "");
        return new String(lines.of(event, 7, Instant.parse("2026-01-02T03:04:05Z")), StandardCharsets.UTF_8);
    }
}
