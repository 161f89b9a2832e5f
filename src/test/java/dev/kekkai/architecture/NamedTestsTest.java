package dev.kekkai.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Pages of the documentation name the tests that show what they say: the tests are there, and where a page promises one for each row, each row has one. */
class NamedTestsTest {
    private static final Path DOCS = Path.of("docs");

    static Stream<Path> pages() throws IOException {
        try (Stream<Path> all = Files.walk(DOCS)) {
            return all.filter(file -> file.toString().endsWith(".md")).toList().stream();
        }
    }

    @ParameterizedTest
    @MethodSource("pages")
    void every_test_that_is_named_exists(Path page) throws Exception {
        List<NamedTest> missing = new ArrayList<>();
        for (NamedTest named : NamedTest.in(Files.readString(page))) {
            if (!named.exists()) {
                missing.add(named);
            }
        }
        assertThat(missing).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"failure-modes.md", "threat-model.md"})
    void every_row_names_a_test(String page) throws IOException {
        List<String> rows = rows(page);

        assertThat(rows).hasSizeGreaterThanOrEqualTo(20);
        assertThat(rows).allSatisfy(row -> assertThat(NamedTest.in(row)).isNotEmpty());
    }

    @Test
    void a_test_that_there_is_not_would_be_found_out() throws Exception {
        assertThat(exists("`NamedTestsTest`")).isTrue();
        assertThat(exists("`NamedTestsTest#every_row_names_a_test`")).isTrue();
        assertThat(exists("`NamedTestsTest#rows`")).isFalse();
        assertThat(exists("`NamedTestsTest#no_such_test`")).isFalse();
        assertThat(exists("`NoSuchTest`")).isFalse();
        assertThat(exists("`NoSuchTest#every_row_names_a_test`")).isFalse();
        assertThat(exists("`ForgedQuoteIT#another_bank_is_refused`"))
                .as("one that is inherited")
                .isTrue();
        assertThat(exists("`ForgedQuoteIT#quotingOf`")).isFalse();
    }

    private static boolean exists(String text) throws Exception {
        return NamedTest.in(text).getFirst().exists();
    }

    /** The rows of the page's tables, without their heads. */
    private static List<String> rows(String page) throws IOException {
        List<String> lines = Files.readAllLines(DOCS.resolve(page));
        List<String> rows = new ArrayList<>();
        for (int i = 0; i < lines.size(); i++) {
            boolean head = i + 1 < lines.size() && lines.get(i + 1).startsWith("|--");
            if (lines.get(i).startsWith("| ") && !head) {
                rows.add(lines.get(i));
            }
        }
        return rows;
    }
}
