package dev.kekkai.audit.otlp;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * An {@code ExportLogsServiceRequest} in the <a href="https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding">JSON encoding of OTLP</a>:
 * names in lowerCamelCase, 64-bit numbers as decimal text, enumerations as numbers.
 *
 * <p>Each record of the trail is one {@code LogRecord}. Its body is the line as it is in the file, byte for byte, so that what a collector stored can be
 * verified; its attributes are what people search by. Severity: done is INFO, refused WARN, failed ERROR.
 */
final class LogsRequest {
    private static final String SCOPE = "dev.kekkai.audit";
    private static final Set<String> WANTED = Set.of("time", "seq", "action", "tenant", "outcome");
    private static final int TYPICAL_LENGTH = 1024;
    private static final int INFO = 9;
    private static final int WARN = 13;
    private static final int ERROR = 17;
    private static final long NANOS = 1_000_000_000;

    private final JsonFactory json = new JsonFactory();
    private final Map<String, String> resource;
    private final InstantSource clock;

    /**
     * @param resource the attributes of the process that writes the trail
     * @param clock for when records were handed over, which is not when they were written
     */
    LogsRequest(Map<String, String> resource, InstantSource clock) {
        this.resource = Map.copyOf(resource);
        this.clock = clock;
    }

    /** In UTF-8. Lines are without their newlines. */
    byte[] of(List<byte[]> lines) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(TYPICAL_LENGTH * (lines.size() + 1));
        try (JsonGenerator to = json.createGenerator(out)) {
            to.writeStartObject();
            to.writeArrayFieldStart("resourceLogs");
            to.writeStartObject();
            to.writeObjectFieldStart("resource");
            to.writeArrayFieldStart("attributes");
            for (Map.Entry<String, String> attribute : resource.entrySet()) {
                attribute(to, attribute.getKey(), "stringValue", attribute.getValue());
            }
            to.writeEndArray();
            to.writeEndObject();
            to.writeArrayFieldStart("scopeLogs");
            to.writeStartObject();
            to.writeObjectFieldStart("scope");
            to.writeStringField("name", SCOPE);
            to.writeEndObject();
            to.writeArrayFieldStart("logRecords");
            String observed = nanos(clock.instant());
            for (byte[] line : lines) {
                record(to, line, observed);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("memory cannot be written to", e);
        }
        return out.toByteArray();
    }

    private void record(JsonGenerator to, byte[] line, String observed) throws IOException {
        Map<String, String> fields = fields(line);
        String outcome = fields.getOrDefault("outcome", "");
        to.writeStartObject();
        to.writeStringField("timeUnixNano", time(fields.getOrDefault("time", "")));
        to.writeStringField("observedTimeUnixNano", observed);
        to.writeNumberField("severityNumber", severity(outcome));
        to.writeObjectFieldStart("body");
        to.writeStringField("stringValue", new String(line, UTF_8));
        to.writeEndObject();
        to.writeArrayFieldStart("attributes");
        attribute(to, "kekkai.action", "stringValue", fields.getOrDefault("action", ""));
        attribute(to, "kekkai.outcome", "stringValue", outcome);
        attribute(to, "kekkai.tenant", "stringValue", fields.getOrDefault("tenant", ""));
        attribute(to, "kekkai.seq", "intValue", fields.getOrDefault("seq", ""));
        to.writeEndArray();
        to.writeEndObject();
    }

    private static void attribute(JsonGenerator to, String key, String type, String value) throws IOException {
        if (value.isEmpty()) {
            return;
        }
        to.writeStartObject();
        to.writeStringField("key", key);
        to.writeObjectFieldStart("value");
        to.writeStringField(type, value);
        to.writeEndObject();
        to.writeEndObject();
    }

    private static int severity(String outcome) {
        return switch (outcome) {
            case "refused" -> WARN;
            case "failed" -> ERROR;
            default -> INFO;
        };
    }

    /** Zero is how OTLP says that it is not known. */
    private static String time(String text) {
        try {
            return nanos(Instant.parse(text));
        } catch (DateTimeException e) {
            return "0";
        }
    }

    private static String nanos(Instant time) {
        return Long.toString(time.getEpochSecond() * NANOS + time.getNano());
    }

    /** What attributes are made of, up to the last of them: {@code outcome}. */
    private Map<String, String> fields(byte[] line) {
        Map<String, String> fields = new HashMap<>();
        try (JsonParser parser = json.createParser(line)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                return fields;
            }
            while (!fields.containsKey("outcome") && parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                parser.nextToken();
                if (WANTED.contains(name)) {
                    fields.put(name, parser.getText());
                }
                parser.skipChildren();
            }
        } catch (IOException notJson) {
            // its bytes are sent as they are
        }
        return fields;
    }
}
