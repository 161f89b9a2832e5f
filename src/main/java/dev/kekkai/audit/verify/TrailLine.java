package dev.kekkai.audit.verify;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A record as it is read.
 *
 * @param schema 1, which is not chained, or 2
 * @param seq its number
 * @param hashHolds whether its hash is that of its bytes
 * @param fields all of them as text, those of {@code caller} as {@code caller.kind} and so on
 */
public record TrailLine(int schema, long seq, boolean hashHolds, Map<String, String> fields) {
    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    public TrailLine {
        fields = Map.copyOf(fields);
    }

    /** Reads a line without its newline; empty if it is no whole record. */
    public static Optional<TrailLine> of(byte[] line, LineHash hash) {
        Optional<Map<String, String>> read = read(line);
        if (read.isEmpty()) {
            return Optional.empty();
        }
        Map<String, String> fields = read.get();
        int schema = number(fields.get("v")).map(Long::intValue).orElse(0);
        Optional<Long> seq = number(fields.get("seq")).filter(it -> it > 0);
        Optional<Boolean> holds = hash.holds(line);
        boolean record = schema == 1 || (schema == 2 && holds.isPresent() && fields.containsKey("prev"));
        return seq.filter(it -> record).map(it -> new TrailLine(schema, it, holds.orElse(false), fields));
    }

    /** A field, or empty text. */
    public String field(String name) {
        return fields.getOrDefault(name, "");
    }

    private static Optional<Long> number(@Nullable String text) {
        return text != null && text.matches("[0-9]{1,18}") ? Optional.of(Long.valueOf(text)) : Optional.empty();
    }

    private static Optional<Map<String, String>> read(byte[] line) {
        Map<String, String> fields = new LinkedHashMap<>();
        try (JsonParser parser = JSON.createParser(line)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                return Optional.empty();
            }
            readObject(parser, "", fields);
            boolean whole = parser.currentToken() == JsonToken.END_OBJECT && parser.nextToken() == null;
            return whole ? Optional.of(fields) : Optional.empty();
        } catch (IOException notJson) {
            return Optional.empty();
        }
    }

    private static void readObject(JsonParser parser, String prefix, Map<String, String> fields) throws IOException {
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = prefix + parser.currentName();
            JsonToken value = parser.nextToken();
            if (value == JsonToken.START_OBJECT && prefix.isEmpty()) {
                readObject(parser, name + ".", fields);
            } else if (value.isScalarValue()) {
                fields.put(name, parser.getText());
            } else {
                parser.skipChildren();
            }
        }
    }
}
