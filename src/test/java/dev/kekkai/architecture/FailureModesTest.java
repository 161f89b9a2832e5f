package dev.kekkai.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;

/** The catalogue of failures promises a test for each of its rows; here it keeps the promise. */
class FailureModesTest {
    private static final Path CATALOGUE = Path.of("docs", "failure-modes.md");
    private static final Path TESTS = Path.of("src", "test", "java");
    private static final Pattern NAMED = Pattern.compile("`([A-Z][A-Za-z0-9]+)#([a-z][a-z0-9_]*)`");

    @Test
    void every_row_names_a_test() throws IOException {
        List<String> rows = rows();

        assertThat(rows).hasSizeGreaterThan(30);
        assertThat(rows).allSatisfy(row -> assertThat(row).containsPattern(NAMED));
    }

    @Test
    void every_test_that_is_named_exists() throws Exception {
        List<String> missing = new ArrayList<>();
        for (String row : rows()) {
            Matcher named = NAMED.matcher(row);
            while (named.find()) {
                if (!isTest(named.group(1), named.group(2))) {
                    missing.add(named.group());
                }
            }
        }
        assertThat(missing).isEmpty();
    }

    @Test
    void a_test_that_there_is_not_would_be_found_out() throws Exception {
        assertThat(isTest("FailureModesTest", "every_row_names_a_test")).isTrue();
        assertThat(isTest("FailureModesTest", "rows")).isFalse();
        assertThat(isTest("FailureModesTest", "no_such_test")).isFalse();
        assertThat(isTest("NoSuchTest", "every_row_names_a_test")).isFalse();
    }

    /** The rows of the tables, without their heads. */
    private static List<String> rows() throws IOException {
        return Files.readAllLines(CATALOGUE).stream()
                .filter(line -> line.startsWith("| ") && !line.startsWith("| What happens |"))
                .toList();
    }

    private static boolean isTest(String simpleName, String method) throws IOException, ClassNotFoundException {
        List<Path> files;
        try (Stream<Path> all = Files.walk(TESTS)) {
            files = all.filter(file -> file.endsWith(simpleName + ".java")).toList();
        }
        if (files.size() != 1) {
            return false;
        }
        String path = TESTS.relativize(files.getFirst()).toString();
        Class<?> type = Class.forName(
                path.substring(0, path.length() - ".java".length()).replace('/', '.'));
        return Stream.of(type.getDeclaredMethods())
                .filter(declared -> declared.getName().equals(method))
                .anyMatch(FailureModesTest::runs);
    }

    private static boolean runs(Method method) {
        return method.isAnnotationPresent(Test.class) || method.isAnnotationPresent(ParameterizedTest.class);
    }
}
