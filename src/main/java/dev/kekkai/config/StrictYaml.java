package dev.kekkai.config;

import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.Node;

/** Parses one small YAML document into nodes with positions. No object is ever constructed from it. */
final class StrictYaml {
    /** Largest document, in bytes. */
    static final int LIMIT = 64 * 1024;

    private static final int NESTING = 10;

    /** All are refused for their anchors, with their place, by {@link SchemaReader}; the parser's own limit only bounds its work. */
    private static final int ALIASES = 16;

    /** What the parser may be quoted with. Its other messages can repeat a piece of the file, which may be a secret in the wrong place. */
    private static final List<String> QUOTABLE = List.of(
            "mapping values are not allowed here",
            "could not find expected ':'",
            "found unexpected end of stream",
            "found character '\\t(TAB)' that cannot start any token",
            "expected <block end>",
            "expected a single document");

    private StrictYaml() {}

    /** The root node, or empty for an empty document or for one with a problem, which is then added. */
    static Optional<Node> parse(String file, byte[] document, Problems problems) {
        if (document.length > LIMIT) {
            problems.add(new Origin.InFile(file, 0, 0), "", "is larger than 64 KiB", "is it the right file?");
            return Optional.empty();
        }
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(document))
                    .toString();
            return Optional.ofNullable(new Yaml(options()).compose(new StringReader(text)));
        } catch (CharacterCodingException notText) {
            problems.add(new Origin.InFile(file, 0, 0), "", "is not UTF-8 text", "save it as UTF-8");
        } catch (MarkedYAMLException broken) {
            problems.add(
                    at(file, broken.getProblemMark()),
                    "",
                    complaint(broken),
                    "check indentation, quotes and tabs there");
        } catch (YAMLException broken) {
            problems.add(
                    new Origin.InFile(file, 0, 0),
                    "",
                    "is not valid YAML",
                    "look for control characters and for aliases (*) in it");
        }
        return Optional.empty();
    }

    static Origin.InFile at(String file, Node node) {
        return at(file, node.getStartMark());
    }

    private static Origin.InFile at(String file, Mark mark) {
        return new Origin.InFile(file, mark.getLine() + 1, mark.getColumn() + 1);
    }

    private static String complaint(MarkedYAMLException broken) {
        String said = broken.getProblem();
        boolean quotable = said != null && QUOTABLE.stream().anyMatch(said::startsWith);
        return quotable ? "is not valid YAML: " + said : "is not valid YAML";
    }

    private static LoaderOptions options() {
        LoaderOptions options = new LoaderOptions();
        options.setAllowDuplicateKeys(false);
        options.setAllowRecursiveKeys(false);
        options.setMaxAliasesForCollections(ALIASES);
        options.setNestingDepthLimit(NESTING);
        options.setCodePointLimit(LIMIT);
        return options;
    }
}
