package dev.kekkai.architecture;

import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;

/**
 * A test that a page names: {@code `SomeTest`}, or {@code `SomeTest#a_sentence`}.
 *
 * @param type simple name of its class
 * @param method empty where all of the class is meant
 */
record NamedTest(String type, Optional<String> method) {
    private static final Path TESTS = Path.of("src", "test", "java");
    private static final Pattern NAMED = Pattern.compile("`([A-Z][A-Za-z0-9]*(?:Test|IT))(?:#([A-Za-z0-9_]+))?`");

    static List<NamedTest> in(String text) {
        return NAMED.matcher(text).results().map(NamedTest::of).toList();
    }

    private static NamedTest of(MatchResult found) {
        return new NamedTest(found.group(1), Optional.ofNullable(found.group(2)));
    }

    /** Whether there is one class of that name, and it has or inherits a test of that name. */
    boolean exists() throws IOException, ClassNotFoundException {
        List<Path> files;
        try (Stream<Path> all = Files.walk(TESTS)) {
            files = all.filter(file -> file.endsWith(type + ".java")).toList();
        }
        if (files.size() != 1) {
            return false;
        }
        String path = TESTS.relativize(files.getFirst()).toString();
        Class<?> found = Class.forName(
                path.substring(0, path.length() - ".java".length()).replace('/', '.'));
        return Stream.<Class<?>>iterate(found, each -> each != null, Class::getSuperclass)
                .flatMap(each -> Stream.of(each.getDeclaredMethods()))
                .filter(declared -> method.isEmpty() || declared.getName().equals(method.get()))
                .anyMatch(NamedTest::runs);
    }

    private static boolean runs(Method declared) {
        return declared.isAnnotationPresent(Test.class) || declared.isAnnotationPresent(ParameterizedTest.class);
    }

    @Override
    public String toString() {
        return type + method.map(name -> "#" + name).orElse("");
    }
}
