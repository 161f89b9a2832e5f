package dev.kekkai.audit.file;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import dev.kekkai.audit.AuditEvent;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.OptionalLong;

/**
 * One record of the trail as a line of JSON, schema 1: {@code v}, {@code time} (ISO 8601, UTC, microseconds), {@code seq}, {@code action},
 * {@code tenant}, {@code caller}, {@code api}, {@code uid}, {@code key_version}, {@code outcome} ({@code done}, {@code refused},
 * {@code failed}), {@code reason}. Always all of them, in this order; text without a value is empty.
 */
final class AuditLine {
    /** The action of a record that says that the line before it is not whole. */
    static final String TORN = "audit.torn";

    private static final int SCHEMA = 1;
    private static final DateTimeFormatter MICROS =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSS'Z'").withZone(ZoneOffset.UTC);

    private final JsonFactory json = new JsonFactoryBuilder()
            .enable(JsonWriteFeature.COMBINE_UNICODE_SURROGATES_IN_UTF8)
            .build();

    /** A line with its newline, in UTF-8. Texts from outside are bounded by {@link BoundedText}. */
    byte[] of(AuditEvent event, long seq, Instant time) throws IOException {
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
    byte[] ofTorn(long seq, Instant time, String reason) throws IOException {
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
            String reason)
            throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator generator = json.createGenerator(bytes)) {
            generator.writeStartObject();
            generator.writeNumberField("v", SCHEMA);
            generator.writeStringField("time", MICROS.format(time));
            generator.writeNumberField("seq", seq);
            generator.writeStringField("action", BoundedText.of(action));
            generator.writeStringField("tenant", tenant);
            generator.writeStringField("caller", BoundedText.of(caller));
            generator.writeStringField("api", BoundedText.of(api));
            generator.writeStringField("uid", BoundedText.of(uid));
            generator.writeStringField("key_version", BoundedText.of(keyVersion));
            generator.writeStringField("outcome", outcome);
            generator.writeStringField("reason", BoundedText.of(reason));
            generator.writeEndObject();
        }
        bytes.write('\n');
        return bytes.toByteArray();
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
