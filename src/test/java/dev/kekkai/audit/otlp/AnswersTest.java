package dev.kekkai.audit.otlp;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AnswersTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "0                             | PT0S",
                "7                             | PT7S",
                "Fri, 02 Jan 2026 03:04:35 GMT | PT30S",
                "Fri, 02 Jan 2026 03:00:00 GMT | PT0S",
                "301                           | PT5M",
                "999999999                     | PT5M",
                "99999999999999999999          | PT0S",
                "Fri, 02 Jan 2099 03:00:00 GMT | PT5M",
                "-1                            | PT0S",
                "soon                          | PT0S"
            })
    void retry_after_is_seconds_or_a_date_and_never_more_than_five_minutes(String text, Duration wait) {
        assertThat(Answers.wait(text, Instant.parse("2026-01-02T03:04:05Z"))).isEqualTo(wait);
    }
}
