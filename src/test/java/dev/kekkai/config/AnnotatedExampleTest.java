package dev.kekkai.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** hsm-config/kekkai.yaml is the reference for operators, so that it may not drift from {@link ConfigKeys}. */
class AnnotatedExampleTest {
    private static final Path EXAMPLE = Path.of("hsm-config/kekkai.yaml");

    @Test
    void it_loads() throws Exception {
        KekkaiConfig config = ConfigFile.load(EXAMPLE, Map.of());

        assertThat(config.custody().profile().name()).isEqualTo("softhsm");
        assertThat(config.custody().pkcs11().allowSoftToken()).isTrue();
    }

    @Test
    void it_has_every_key_with_its_default() throws Exception {
        Map<String, Setting> written = written();

        assertThat(written).hasSameSizeAs(ConfigKeys.ALL);
        assertThat(ConfigKeys.ALL).allSatisfy(key -> {
            assertThat(written).containsKey(key.path());
            boolean trial = key.equals(ConfigKeys.PKCS11_ALLOW_SOFT_TOKEN);
            if (key.absence() instanceof Key.Absence.Preset preset && !trial) {
                assertThat(written.get(key.path()).text()).as(key.path()).isEqualTo(preset.text());
            }
        });
    }

    @Test
    void it_explains_every_key_above_it() throws Exception {
        Map<String, Setting> written = written();
        List<String> lines = Files.readAllLines(EXAMPLE);

        assertThat(ConfigKeys.ALL).allSatisfy(key -> {
            Origin.InFile place = (Origin.InFile) written.get(key.path()).origin();
            List<String> comment = commentAbove(lines, place.line() - 1);
            assertThat(comment.getFirst()).isEqualTo("# " + key.help());
            assertThat(comment.get(1)).isEqualTo("# " + absence(key) + " Environment: " + key.variable() + ".");
        });
    }

    private static String absence(Key<?> key) {
        return switch (key.absence()) {
            case Key.Absence.Preset preset -> "Default: " + asYaml(key, preset.text()) + ".";
            case Key.Absence.Refused refused -> "Mandatory.";
            case Key.Absence.ProfileKnows profile -> "Default: what the profile says, if it says it.";
            case Key.Absence.Nothing nothing -> "May be left out.";
        };
    }

    private static String asYaml(Key<?> key, String text) {
        boolean quoted = text.isEmpty() || key.equals(ConfigKeys.KMS_SOCKET_MODE);
        return quoted ? '"' + text + '"' : text;
    }

    private static Map<String, Setting> written() throws Exception {
        Problems problems = new Problems();
        Map<String, Setting> written =
                SchemaReader.read(EXAMPLE.toString(), Files.readAllBytes(EXAMPLE), ConfigKeys.SCHEMA, problems);
        problems.throwIfAny();
        return new HashMap<>(written);
    }

    private static List<String> commentAbove(List<String> lines, int index) {
        List<String> comment = new ArrayList<>();
        for (int above = index - 1; lines.get(above).strip().startsWith("#"); above--) {
            comment.addFirst(lines.get(above).strip());
        }
        return comment;
    }
}
