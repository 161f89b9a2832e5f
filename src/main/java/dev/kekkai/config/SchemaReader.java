package dev.kekkai.config;

import dev.kekkai.config.ValueType.Kind;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;

/** Reads a document by its schema: what the schema does not have is refused, and each value must be of the kind that YAML says it is. */
final class SchemaReader {
    private final String file;
    private final Schema schema;
    private final Problems problems;
    private final Map<String, Setting> settings = new LinkedHashMap<>();

    private SchemaReader(String file, Schema schema, Problems problems) {
        this.file = file;
        this.schema = schema;
        this.problems = problems;
    }

    /** The values given, by path, of the right YAML kind but not yet checked further. */
    static Map<String, Setting> read(String file, byte[] document, Schema schema, Problems problems) {
        SchemaReader reader = new SchemaReader(file, schema, problems);
        StrictYaml.parse(file, document, problems).ifPresent(reader::readRoot);
        return reader.settings;
    }

    private void readRoot(Node document) {
        for (Entry top : entries("", document)) {
            if (top.name().equals(schema.root())) {
                readSection("", top.value());
            } else {
                refuse(
                        top.key(),
                        top.shown(),
                        "unknown key",
                        "this file has one top-level key, \"" + schema.root() + "\"");
            }
        }
    }

    private void readSection(String section, Node node) {
        for (Entry entry : entries(section, node)) {
            String path = below(section, entry.name());
            Optional<Key<?>> key = schema.key(path);
            if (key.isPresent()) {
                readValue(key.get(), entry.value());
            } else if (schema.isSection(path)) {
                readSection(path, entry.value());
            } else {
                String shown = below(section, entry.shown());
                refuse(entry.key(), shown, "unknown key", schema.adviceOn(section, entry.shown()));
            }
        }
    }

    private void readValue(Key<?> key, Node node) {
        if (anchored(key.path(), node)) {
            return;
        }
        Optional<String> text = key.type().kind() == Kind.LIST
                ? listText(key, node)
                : scalarText(key.type().kind(), node);
        if (text.isPresent()) {
            settings.put(key.path(), new Setting(key, text.get(), StrictYaml.at(file, node)));
        } else if (!problems.mention(key.path())) {
            refuse(node, key.path(), "expected " + key.type().expected() + ", found " + found(node), advice(key, node));
        }
    }

    private Optional<String> listText(Key<?> key, Node node) {
        if (!(node instanceof SequenceNode sequence)) {
            return Optional.empty();
        }
        List<String> items = new ArrayList<>();
        for (Node item : sequence.getValue()) {
            if (anchored(key.path(), item)) {
                return Optional.empty();
            }
            Optional<String> text = scalarText(Kind.TEXT, item);
            if (text.isEmpty()) {
                refuse(item, key.path(), "expected text in the list, found " + found(item), "put it in quotes");
                return Optional.empty();
            }
            items.add(text.get());
        }
        return Optional.of(String.join(",", items));
    }

    private static Optional<String> scalarText(Kind kind, Node node) {
        Set<Tag> wanted =
                switch (kind) {
                    case TEXT -> Set.of(Tag.STR);
                    case WORD -> Set.of(Tag.STR, Tag.BOOL);
                    case INTEGER -> Set.of(Tag.INT);
                    case BOOLEAN -> Set.of(Tag.BOOL);
                    case LIST -> Set.of(Tag.SEQ);
                };
        return node instanceof ScalarNode scalar && wanted.contains(scalar.getTag())
                ? Optional.of(scalar.getValue())
                : Optional.empty();
    }

    /** The entries of a section. An empty one ("kms:" with all below it commented out) is a section without entries. */
    private List<Entry> entries(String section, Node node) {
        if (anchored(section, node) || node.getTag().equals(Tag.NULL)) {
            return List.of();
        }
        if (!(node instanceof MappingNode mapping)) {
            refuse(
                    node,
                    section,
                    "expected a section, found " + found(node),
                    "write its keys below it, indented by two blanks");
            return List.of();
        }
        Set<String> seen = new HashSet<>();
        List<Entry> entries = new ArrayList<>();
        for (NodeTuple tuple : mapping.getValue()) {
            if (!(tuple.getKeyNode() instanceof ScalarNode name)) {
                refuse(
                        tuple.getKeyNode(),
                        section,
                        "expected the name of a key, found " + found(tuple.getKeyNode()),
                        "remove it");
            } else if (!anchored(section, name)) {
                Entry entry = new Entry(name, tuple.getValueNode());
                if (seen.add(entry.name())) {
                    entries.add(entry);
                } else {
                    refuse(name, below(section, entry.shown()), "given twice", "remove one of them");
                }
            }
        }
        return entries;
    }

    /** Without anchors there are no aliases: what stands in a place is what holds there. */
    private boolean anchored(String key, Node node) {
        if (node.getAnchor() == null) {
            return false;
        }
        refuse(node, key, "has a YAML anchor", "write the value out, without & and *");
        return true;
    }

    private void refuse(Node node, String key, String what, String remedy) {
        problems.add(StrictYaml.at(file, node), key, what, remedy);
    }

    private static String below(String section, String name) {
        return section.isEmpty() ? name : section + "." + name;
    }

    private static String advice(Key<?> key, Node node) {
        if (node.getTag().equals(Tag.NULL)) {
            return "give a value or remove the line";
        }
        Kind kind = key.type().kind();
        boolean unquoted = (kind == Kind.TEXT || kind == Kind.WORD) && node instanceof ScalarNode;
        return unquoted ? "put it in double quotes" : "write " + key.type().expected();
    }

    private static String found(Node node) {
        Tag tag = node.getTag();
        if (node instanceof MappingNode) {
            return "a section";
        }
        if (node instanceof SequenceNode) {
            return "a list";
        }
        if (tag.equals(Tag.INT) || tag.equals(Tag.FLOAT)) {
            return "a number";
        }
        if (tag.equals(Tag.BOOL)) {
            return "a boolean (YAML takes true, false, yes, no, on and off for one)";
        }
        if (tag.equals(Tag.NULL)) {
            return "nothing";
        }
        return tag.equals(Tag.STR) ? "text" : "a value with a YAML tag";
    }

    private record Entry(ScalarNode key, Node value) {
        String name() {
            return key.getValue();
        }

        String shown() {
            return Problems.shownName(key.getValue());
        }
    }
}
