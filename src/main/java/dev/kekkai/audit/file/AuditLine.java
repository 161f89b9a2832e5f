package dev.kekkai.audit.file;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.io.JsonStringEncoder;
import dev.kekkai.audit.AuditEvent;
import java.io.IOException;
import java.time.Instant;
import java.util.OptionalLong;

/**
 * One record of the trail as a line of JSON, schema 1: {@code v}, {@code time} (ISO 8601, UTC, microseconds), {@code seq}, {@code action},
 * {@code tenant}, {@code caller}, {@code api}, {@code uid}, {@code key_version}, {@code outcome} ({@code done}, {@code refused},
 * {@code failed}), {@code reason}. Always all of them, in this order; text without a value is empty.
 *
 * <p>Put together here instead of by a generator, because each wrap and unwrap waits for its line. Texts are escaped by the JSON library.
 */
final class AuditLine {
    /** The action of a record that says that the line before it is not whole. */
    static final String TORN = "audit.torn";

    private static final String SCHEMA = "{\"v\":1";
    private static final int TYPICAL_LENGTH = 320;

    private final JsonFactory json = new JsonFactory();
    private final JsonStringEncoder escapes = JsonStringEncoder.getInstance();
    private final MicrosClockFace times = new MicrosClockFace();

    /** A line with its newline, in UTF-8. Texts from outside are bounded by {@link BoundedText}. */
    byte[] of(AuditEvent event, long seq, Instant time) {
        return line(
                seq,
                time,
                event.action(),
                event.tenant().toString(),
                event.caller(),
                event.api(),
                event.uid(),
                event.keyVersion(),
                word(event.outcome()),
                event.reason());
    }

    /** The record that follows a line that is not whole. It concerns no tenant. */
    byte[] ofTorn(long seq, Instant time, String reason) {
        return line(seq, time, TORN, "", "kekkai", "", "", "", word(AuditEvent.Outcome.DONE), reason);
    }

    /** The sequence number of a whole record, or empty if the text (without newline) is none. */
    OptionalLong seqOf(String line) {
        try (JsonParser parser = json.createParser(line)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                return OptionalLong.empty();
            }
            OptionalLong seq = OptionalLong.empty();
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                JsonToken value = parser.nextToken();
                if (name.equals("seq") && value == JsonToken.VALUE_NUMBER_INT) {
                    seq = OptionalLong.of(parser.getLongValue());
                }
                parser.skipChildren();
            }
            boolean whole = parser.currentToken() == JsonToken.END_OBJECT && parser.nextToken() == null;
            return whole ? seq : OptionalLong.empty();
        } catch (IOException notJson) {
            return OptionalLong.empty();
        }
    }

    private byte[] line(
            long seq,
            Instant time,
            String action,
            String tenant,
            String caller,
            String api,
            String uid,
            String keyVersion,
            String outcome,
            String reason) {
        StringBuilder line = new StringBuilder(TYPICAL_LENGTH).append(SCHEMA).append(",\"time\":\"");
        times.append(time, line).append("\",\"seq\":").append(seq);
        field(line, "action", action);
        field(line, "tenant", tenant);
        field(line, "caller", caller);
        field(line, "api", api);
        field(line, "uid", uid);
        field(line, "key_version", keyVersion);
        field(line, "outcome", outcome);
        field(line, "reason", reason);
        return line.append("}\n").toString().getBytes(UTF_8);
    }

    private void field(StringBuilder line, String name, String text) {
        line.append(",\"").append(name).append("\":\"");
        escapes.quoteAsString(BoundedText.of(text), line);
        line.append('"');
    }

    /** The words of the schema, whatever the constants are called. */
    private static String word(AuditEvent.Outcome outcome) {
        return switch (outcome) {
            case DONE -> "done";
            case REFUSED -> "refused";
            case FAILED -> "failed";
        };
    }
}
