package dev.kekkai.architecture;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kekkai.envelope.Envelope;
import iaik.pkcs.pkcs11.wrapper.PKCS11Implementation;
import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.JarFile;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class NativeMetadataTest {
    private static final String WRAPPER = "iaik.pkcs.pkcs11.wrapper.";
    private static final ReachabilityMetadata METADATA = ReachabilityMetadata.read();
    private static final Map<String, Path> FOLDERS_OF_OURS = Map.of(
            "hsm-config/*.yaml",
            Path.of("hsm-config"),
            "db/migration/*.sql",
            Path.of("src/main/resources/db/migration"));

    static Stream<ReachabilityMetadata.Type> types() {
        return METADATA.types().stream();
    }

    static Stream<String> globs() {
        return METADATA.globs().stream();
    }

    @Test
    void exactly_the_classes_of_the_wrapper_are_open_to_jni_with_all_their_members() throws Exception {
        Set<String> inTheJar = wrapperEntries().stream()
                .filter(entry -> entry.startsWith(WRAPPER.replace('.', '/')) && entry.endsWith(".class"))
                .map(entry -> entry.replace('/', '.').replaceAll("\\.class$", ""))
                .collect(Collectors.toSet());

        assertThat(inTheJar).hasSizeGreaterThan(50);
        assertThat(types().filter(type -> type.name().startsWith(WRAPPER) && type.jni() && type.allMembers())
                        .map(ReachabilityMetadata.Type::name))
                .containsExactlyInAnyOrderElementsOf(inTheJar);
    }

    @ParameterizedTest
    @ValueSource(strings = {"x86_64", "aarch64"})
    void each_class_the_native_library_looks_up_by_name_is_open_to_jni(String architecture) throws Exception {
        Set<String> lookedUp = namesIn("natives/unix/linux-" + architecture + "/release/libpkcs11wrapper.so");

        assertThat(lookedUp).contains("java.lang.Object", WRAPPER + "CK_MECHANISM", WRAPPER + "PKCS11Exception");
        assertThat(lookedUp).allSatisfy(name -> assertThat(METADATA.type(name))
                .hasValueSatisfying(type -> assertThat(type.jni()).isTrue()));
    }

    @ParameterizedTest
    @MethodSource("types")
    void each_type_exists_with_each_of_its_listed_methods(ReachabilityMetadata.Type listed) throws Exception {
        Class<?> type = load(listed.name());
        for (ReachabilityMetadata.Method method : listed.methods()) {
            Class<?>[] parameters = new Class<?>[method.parameterTypes().size()];
            for (int i = 0; i < parameters.length; i++) {
                parameters[i] = load(method.parameterTypes().get(i));
            }
            assertThat(
                            method.name().equals("<init>")
                                    ? type.getDeclaredConstructor(parameters)
                                    : type.getDeclaredMethod(method.name(), parameters))
                    .isNotNull();
        }
    }

    @Test
    void only_words_of_graalvm_25_are_used_and_no_type_is_listed_twice() {
        assertThat(METADATA.sections()).containsExactlyInAnyOrder("reflection", "foreign", "resources");
        assertThat(types().flatMap(type -> type.attributes().stream()))
                .isSubsetOf(
                        "type",
                        "jniAccessible",
                        "allDeclaredFields",
                        "allDeclaredConstructors",
                        "allDeclaredMethods",
                        "methods");
        assertThat(types().map(ReachabilityMetadata.Type::name)).doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @MethodSource("globs")
    void each_glob_matches_something_that_is_packaged(String glob) throws Exception {
        Path folder = FOLDERS_OF_OURS.get(glob);
        assertThat(folder == null || Files.isDirectory(folder))
                .as("%s is there", folder)
                .isTrue();
        PathMatcher matcher = FileSystems.getDefault().getPathMatcher("glob:" + glob);

        assertThat(Stream.concat(wrapperEntries().stream(), classFolderEntries()))
                .anyMatch(resource -> matcher.matches(Path.of(resource)));
    }

    private static List<String> wrapperEntries() throws IOException, URISyntaxException {
        try (JarFile jar = new JarFile(location(PKCS11Implementation.class).toFile())) {
            return jar.stream().map(ZipEntry::getName).toList();
        }
    }

    private static Stream<String> classFolderEntries() throws IOException, URISyntaxException {
        Path folder = location(Envelope.class);
        try (Stream<Path> files = Files.walk(folder)) {
            return files.map(file -> folder.relativize(file).toString()).toList().stream();
        }
    }

    private static Path location(Class<?> type) throws URISyntaxException {
        return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
    }

    /** Class names among the library's constants; those that exist, for it carries some of long gone ones. */
    private static Set<String> namesIn(String library) throws IOException {
        Set<String> names = new TreeSet<>();
        try (InputStream in = Objects.requireNonNull(PKCS11Implementation.class.getResourceAsStream("/" + library))) {
            Pattern.compile("(?<![\\w/;])(?:java/(?:lang|io|util)|iaik/pkcs/pkcs11/wrapper)/\\w+(?=\0)")
                    .matcher(new String(in.readAllBytes(), ISO_8859_1))
                    .results()
                    .map(match -> match.group().replace('/', '.'))
                    .filter(NativeMetadataTest::exists)
                    .forEach(names::add);
        }
        return names;
    }

    private static boolean exists(String name) {
        try {
            load(name);
            return true;
        } catch (ClassNotFoundException e) {
            return false;
        }
    }

    private static Class<?> load(String name) throws ClassNotFoundException {
        if (name.endsWith("[]")) {
            return load(name.substring(0, name.length() - 2)).arrayType();
        }
        Class<?> primitive = Class.forPrimitiveName(name);
        return primitive != null ? primitive : Class.forName(name, false, NativeMetadataTest.class.getClassLoader());
    }
}
