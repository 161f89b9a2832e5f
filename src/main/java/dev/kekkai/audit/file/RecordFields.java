package dev.kekkai.audit.file;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.StringJoiner;

/** Takes the fields of a record as they come, whatever the schema's version: those that hold text or a number, and what a caller is made of. */
final class RecordFields {
    private final JsonFactory json = new JsonFactory();

    /** Empty if the line is no record. */
    Map<String, String> of(String line) {
        Map<String, String> fields = new LinkedHashMap<>();
        try (JsonParser parser = json.createParser(line)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                return Map.of();
            }
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                JsonToken value = parser.nextToken();
                if (value == JsonToken.VALUE_STRING || value.isNumeric()) {
                    fields.put(name, parser.getText());
                } else if (value == JsonToken.START_OBJECT && name.equals("caller")) {
                    parts(parser, name, fields);
                }
                parser.skipChildren();
            }
            return parser.currentToken() == JsonToken.END_OBJECT && fields.containsKey("seq") ? fields : Map.of();
        } catch (IOException notJson) {
            return Map.of();
        }
    }

    /** A caller: each part by its own name, and all but its kind as one text, which is what is searched for. */
    private static void parts(JsonParser parser, String name, Map<String, String> fields) throws IOException {
        StringJoiner whole = new StringJoiner(" ");
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String part = parser.currentName();
            if (parser.nextToken() == JsonToken.VALUE_STRING) {
                fields.put(name + "." + part, parser.getText());
                if (!part.equals("kind")) {
                    whole.add(parser.getText());
                }
            }
            parser.skipChildren();
        }
        fields.put(name, whole.toString());
    }
}
