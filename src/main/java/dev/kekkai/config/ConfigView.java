package dev.kekkai.config;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.io.JsonStringEncoder;
import dev.kekkai.config.ValueType.Kind;
import java.io.IOException;
import java.util.List;

/** Renders the effective configuration for people and programs. Nothing in it is secret: no key holds a secret, only paths to them. */
public final class ConfigView {
    private ConfigView() {}

    /** YAML that loads to the same configuration, each value with a comment that says where it came from. */
    public static String yaml(EffectiveConfig effective) {
        StringBuilder yaml = new StringBuilder("kekkai:\n");
        List<String> open = List.of();
        for (Setting setting : effective.settings()) {
            List<String> path = List.of(setting.key().path().split("\\.", -1));
            List<String> section = path.subList(0, path.size() - 1);
            for (int depth = common(open, section); depth < section.size(); depth++) {
                indent(yaml, depth).append(section.get(depth)).append(":\n");
            }
            indent(yaml, section.size()).append(path.getLast()).append(": ").append(yamlValue(setting));
            yaml.append("  # ").append(setting.origin().describe()).append('\n');
            open = section;
        }
        return yaml.toString();
    }

    /**
     * Writes one object: {@code file}, {@code kekkai} (the values, nested as in the file) and {@code origins} (by dotted path).
     *
     * @throws IOException if what the generator writes to fails
     */
    public static void writeJson(EffectiveConfig effective, JsonGenerator json) throws IOException {
        json.writeStartObject();
        json.writeStringField("file", effective.file().toString());
        json.writeObjectFieldStart("kekkai");
        List<String> open = List.of();
        for (Setting setting : effective.settings()) {
            List<String> path = List.of(setting.key().path().split("\\.", -1));
            List<String> section = path.subList(0, path.size() - 1);
            moveTo(json, open, section);
            json.writeFieldName(path.getLast());
            writeValue(json, setting);
            open = section;
        }
        moveTo(json, open, List.of());
        json.writeEndObject();
        json.writeObjectFieldStart("origins");
        for (Setting setting : effective.settings()) {
            json.writeStringField(setting.key().path(), setting.origin().describe());
        }
        json.writeEndObject();
        json.writeEndObject();
    }

    private static void moveTo(JsonGenerator json, List<String> open, List<String> section) throws IOException {
        int common = common(open, section);
        for (int depth = common; depth < open.size(); depth++) {
            json.writeEndObject();
        }
        for (String name : section.subList(common, section.size())) {
            json.writeObjectFieldStart(name);
        }
    }

    private static void writeValue(JsonGenerator json, Setting setting) throws IOException {
        switch (setting.key().type().kind()) {
            case INTEGER -> json.writeNumber(Integer.parseInt(setting.text()));
            case BOOLEAN -> json.writeBoolean(Boolean.parseBoolean(setting.text()));
            case TEXT, WORD, LIST -> json.writeString(setting.text());
        }
    }

    /** A JSON string is a YAML double-quoted scalar. */
    private static String yamlValue(Setting setting) {
        Kind kind = setting.key().type().kind();
        return kind == Kind.TEXT || kind == Kind.WORD
                ? '"' + new String(JsonStringEncoder.getInstance().quoteAsString(setting.text())) + '"'
                : setting.text();
    }

    private static int common(List<String> one, List<String> other) {
        int depth = 0;
        while (depth < Math.min(one.size(), other.size()) && one.get(depth).equals(other.get(depth))) {
            depth++;
        }
        return depth;
    }

    private static StringBuilder indent(StringBuilder yaml, int depth) {
        return yaml.append("  ".repeat(depth + 1));
    }
}
