package dev.kekkai.audit.otlp;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Set;

/** Reads what a collector answers; OTLP says what of it is final. */
final class Answers {
    static final int OK = 200;

    /** No answer may keep records from being sent for longer. */
    static final Duration LONGEST_WAIT = Duration.ofMinutes(5);

    private static final JsonFactory JSON = new JsonFactory();
    private static final Set<Integer> RETRYABLE = Set.of(429, 502, 503, 504);
    private static final int LONGEST_WORD = 200;

    private Answers() {}

    static Answer of(HttpResponse<byte[]> response) {
        int status = response.statusCode();
        if (status / 100 == 2) {
            return taken(response.body());
        }
        String why = "answered " + status + advice(status);
        return RETRYABLE.contains(status)
                ? new Answer.Later(
                        why,
                        response.headers()
                                .firstValue("Retry-After")
                                .map(text -> wait(text, Instant.now()))
                                .orElse(Duration.ZERO))
                : new Answer.Refused(why);
    }

    private static String advice(int status) {
        return switch (status) {
            case 401, 403 -> ": look at audit.otlp.headers-file";
            case 301, 302, 303, 307, 308, 404, 405 -> ": look at audit.otlp.url, which is used as it is";
            default -> "";
        };
    }

    /** Seconds or a date (RFC 9110 §10.2.3); what is neither asks for nothing. */
    static Duration wait(String text, Instant now) {
        Duration asked = Duration.ZERO;
        if (text.matches("[0-9]{1,9}")) {
            asked = Duration.ofSeconds(Long.parseLong(text));
        } else {
            try {
                asked = Duration.between(
                        now,
                        ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME)
                                .toInstant());
            } catch (DateTimeException e) {
                return Duration.ZERO;
            }
        }
        if (asked.isNegative()) {
            return Duration.ZERO;
        }
        return asked.compareTo(LONGEST_WAIT) > 0 ? LONGEST_WAIT : asked;
    }

    /** An {@code ExportLogsServiceResponse}; what is none is taken for one that says nothing, for the status has said enough. */
    private static Answer taken(byte[] body) {
        long rejected = 0;
        String said = "";
        try (JsonParser parser = JSON.createParser(body)) {
            for (JsonToken at = parser.nextToken(); at != null; at = parser.nextToken()) {
                if (at == JsonToken.FIELD_NAME && parser.currentName().equals("rejectedLogRecords")) {
                    parser.nextToken();
                    rejected = parser.getValueAsLong();
                } else if (at == JsonToken.FIELD_NAME && parser.currentName().equals("errorMessage")) {
                    parser.nextToken();
                    said = parser.getValueAsString("");
                }
            }
        } catch (IOException notJson) {
            return new Answer.Taken(0, "");
        }
        return new Answer.Taken(Math.max(0, rejected), plain(said));
    }

    private static String plain(String said) {
        String shown = said.replaceAll("[^ -~]", "?");
        return shown.length() > LONGEST_WORD ? shown.substring(0, LONGEST_WORD) : shown;
    }
}
