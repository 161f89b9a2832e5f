package dev.kekkai.testing.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Shell commands as the documentation has them, so that they are run as they stand there: the fenced block after the comment
 * {@code <!-- recipe: name -->}.
 *
 * @param script the block
 */
public record Recipe(String script) {
    private static final Path DOCS = Path.of(System.getProperty("kekkai.home", ""), "docs");

    /** The recipe of a name in {@code docs/custodians.md}. */
    public static Recipe ofCustodian(String name) throws IOException {
        return of(DOCS.resolve("custodians.md"), name);
    }

    /** The recipe of a name in {@code docs/admin-api.md}. */
    public static Recipe ofAdminApi(String name) throws IOException {
        return of(DOCS.resolve("admin-api.md"), name);
    }

    private static Recipe of(Path guide, String name) throws IOException {
        Matcher block = Pattern.compile(
                        "<!-- recipe: " + Pattern.quote(name) + " -->\\n```bash\\n(.*?)```", Pattern.DOTALL)
                .matcher(Files.readString(guide));
        assertThat(block.find()).as("%s has the recipe %s", guide, name).isTrue();
        return new Recipe(block.group(1));
    }

    /** Runs it to its end, as an operator would who stops at the first failure. */
    public Finished run(Path folder, Map<String, String> environment) throws IOException, InterruptedException {
        return Finished.of(folder, environment, List.of("bash", "-euo", "pipefail", "-c", script));
    }
}
