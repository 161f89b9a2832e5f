package dev.kekkai.fleet.policy;

import dev.kekkai.config.Spelling;
import dev.kekkai.fleet.FleetException;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;

/** A small document of YAML, or of JSON, which is YAML too. No object is ever constructed from it, and each complaint names its line. */
final class DocumentTree {
    private final String file;
    private final Node node;

    private DocumentTree(String file, Node node) {
        this.file = file;
        this.node = node;
    }

    static DocumentTree parse(String file, byte[] document) throws FleetException {
        if (document.length > PolicyDocument.MOST_BYTES) {
            throw new FleetException(
                    file + " is larger than " + PolicyDocument.MOST_BYTES / 1024 + " KiB: is it the right file?");
        }
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(document))
                    .toString();
            Node root = new Yaml(options()).compose(new StringReader(text));
            if (root == null) {
                throw new FleetException(file + " is empty");
            }
            return new DocumentTree(file, root);
        } catch (CharacterCodingException e) {
            throw new FleetException(file + " is not UTF-8 text: save it as UTF-8", e);
        } catch (MarkedYAMLException e) {
            throw new FleetException(
                    file + ", line " + (e.getProblemMark().getLine() + 1) + ": is neither YAML nor JSON: "
                            + e.getProblem(),
                    e);
        } catch (YAMLException e) {
            throw new FleetException(file + " is neither YAML nor JSON: look for control characters and aliases", e);
        }
    }

    private static LoaderOptions options() {
        LoaderOptions options = new LoaderOptions();
        options.setAllowDuplicateKeys(false);
        options.setAllowRecursiveKeys(false);
        options.setMaxAliasesForCollections(1);
        options.setNestingDepthLimit(10);
        options.setCodePointLimit(PolicyDocument.MOST_BYTES);
        return options;
    }

    /** The fields of an object, none of which is unknown. */
    Map<String, DocumentTree> fields(Set<String> known) throws FleetException {
        if (!(node instanceof MappingNode mapping)) {
            throw complaint("expected keys and values: " + String.join(", ", new TreeSet<>(known)));
        }
        Map<String, DocumentTree> fields = new LinkedHashMap<>();
        for (NodeTuple pair : mapping.getValue()) {
            DocumentTree key = new DocumentTree(file, pair.getKeyNode());
            String name = key.text();
            if (!known.contains(name)) {
                String near = Spelling.nearest(name, known)
                        .map(word -> "did you mean '" + word + "'?")
                        .orElse("known are " + String.join(", ", new TreeSet<>(known)));
                throw key.complaint("the key '" + name + "' is unknown: " + near);
            }
            if (fields.put(name, new DocumentTree(file, pair.getValueNode())) != null) {
                throw key.complaint("the key '" + name + "' is there twice");
            }
        }
        return fields;
    }

    List<DocumentTree> items() throws FleetException {
        if (!(node instanceof SequenceNode sequence)) {
            throw complaint("expected a list");
        }
        List<DocumentTree> items = new ArrayList<>();
        sequence.getValue().forEach(item -> items.add(new DocumentTree(file, item)));
        return items;
    }

    /** Every scalar, however it is quoted. */
    String text() throws FleetException {
        if (!(node instanceof ScalarNode scalar) || node.getAnchor() != null) {
            throw complaint("expected a single value");
        }
        return scalar.getValue();
    }

    boolean flag() throws FleetException {
        return switch (text()) {
            case "true" -> true;
            case "false" -> false;
            default -> throw complaint("expected true or false");
        };
    }

    /** From 0 to 999,999. */
    int number() throws FleetException {
        if (!text().matches("0|[1-9][0-9]{0,5}")) {
            throw complaint("expected a whole number");
        }
        return Integer.parseInt(text());
    }

    static DocumentTree required(Map<String, DocumentTree> fields, String name, DocumentTree of) throws FleetException {
        return Optional.ofNullable(fields.get(name))
                .orElseThrow(() -> of.complaint("the key '" + name + "' is missing"));
    }

    FleetException complaint(String what) {
        return new FleetException(file + ", line " + (node.getStartMark().getLine() + 1) + ": " + what);
    }
}
