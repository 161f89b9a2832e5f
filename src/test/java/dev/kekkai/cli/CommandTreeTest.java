package dev.kekkai.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kekkai.app.ExitCode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class CommandTreeTest {
    @TempDir
    Path folder;

    private Path config;

    @BeforeEach
    void write_a_configuration() throws Exception {
        config = Files.writeString(folder.resolve("kekkai.yaml"), """
                kekkai:
                  kms:
                    socket: %1$s/kms.sock
                  custody:
                    profile: softhsm
                    pkcs11:
                      module: %1$s/no-module.so
                      pin-file: %1$s/pin
                      allow-soft-token: true
                  store:
                    path: %1$s/state/kekkai.db
                """.formatted(folder));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "serve",
                "status",
                "probe",
                "key",
                "key list",
                "key create",
                "key rotate",
                "key adopt",
                "key retire",
                "key disable",
                "key enable",
                "key destroy",
                "key accept-provenance",
                "node",
                "node identity",
                "node enroll",
                "node list",
                "node show",
                "node evict",
                "node re-baseline",
                "policy",
                "policy list",
                "policy show",
                "policy put",
                "policy add",
                "policy activate",
                "policy retire",
                "policy audit-only",
                "policy predict",
                "policy diff",
                "store",
                "store export",
                "store import",
                "store reconcile",
                "config",
                "config validate",
                "config show"
            })
    void each_command_has_help(String command) {
        Typed help = Typed.run((command + " --help").strip().split(" "));

        assertThat(help.code()).isZero();
        assertThat(help.out()).contains(("Usage: kekkai " + command).strip()).contains("--config", "--output");
        assertThat(help.err()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(ExitCode.class)
    void the_help_explains_each_exit_code(ExitCode code) {
        assertThat(Typed.run("--help").out().replaceAll("\\s+", " "))
                .contains(code.code() + " " + code.meaning().replaceAll("\\s+", " "));
    }

    @Test
    void the_version_is_that_of_the_build() {
        assertThat(Typed.run("--version").out()).startsWith("kekkai ").doesNotContain("unknown", "${");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "frobnicate",
                "key frobnicate",
                "status --frobnicate",
                "-o xml status",
                "key list extra",
                "key disable",
                "key destroy --older 1",
                "key rotate --activate-in soon",
                "key rotate --activate-in 90",
                "key adopt --version"
            })
    void what_cannot_be_understood_is_a_usage_error(String line) {
        Typed typed = Typed.run(line.split(" "));

        assertThat(typed.code()).isEqualTo(2);
        assertThat(typed.err()).isNotBlank();
        assertThat(typed.out()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"key", "config"})
    void a_group_without_a_verb_is_a_usage_error_that_lists_the_verbs(String group) {
        Typed typed = Typed.run(group);

        assertThat(typed.code()).isEqualTo(2);
        assertThat(typed.err()).contains("say which " + group + " command").contains("Usage:");
    }

    @ParameterizedTest
    @ValueSource(strings = {"status", "key list", "key create", "key adopt", "probe", "serve", "config show"})
    void without_its_configuration_a_command_ends_with_3_and_names_the_file(String command) {
        Path missing = folder.resolve("missing.yaml");

        Typed typed = Typed.run(("--config " + missing + " " + command).split(" "));

        assertThat(typed.code()).isEqualTo(3);
        assertThat(typed.err()).startsWith("kekkai: ").contains(missing.toString());
    }

    @Test
    void every_problem_of_a_configuration_has_a_line_of_its_own() throws Exception {
        Files.writeString(config, "kekkai:\n  rolle: standalone\n  custody:\n    profil: softhsm\n");

        Typed typed = validate("--config", config.toString());

        assertThat(typed.code()).isEqualTo(3);
        assertThat(typed.err().lines())
                .hasSizeGreaterThanOrEqualTo(2)
                .allMatch(line -> line.startsWith("kekkai: "))
                .anyMatch(line -> line.contains("rolle"))
                .anyMatch(line -> line.contains("profil"));
    }

    @Test
    void the_configuration_may_be_named_before_the_command_after_it_or_by_the_environment() {
        String valid = config + ": valid\n";

        assertThat(Typed.run("--config", config.toString(), "config", "validate")
                        .out())
                .isEqualTo(valid);
        assertThat(Typed.run("config", "--config", config.toString(), "validate")
                        .out())
                .isEqualTo(valid);
        assertThat(validate("--config", config.toString()).out()).isEqualTo(valid);
        assertThat(Typed.run(Map.of("KEKKAI_CONFIG", config.toString()), "config", "validate")
                        .out())
                .isEqualTo(valid);
    }

    @Test
    void the_last_one_named_counts_and_any_of_them_outranks_the_environment() {
        assertThat(Typed.run(
                                Map.of("KEKKAI_CONFIG", "/nowhere"),
                                "--config",
                                "/nowhere/either",
                                "config",
                                "validate",
                                "--config",
                                config.toString())
                        .code())
                .isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"json", "JSON"})
    void json_may_be_asked_for_before_and_after_the_command(String format) throws Exception {
        for (Typed typed : new Typed[] {
            Typed.run("-o", format, "config", "validate", "--config", config.toString()),
            validate("--config", config.toString(), "--output", format)
        }) {
            JsonNode json = new ObjectMapper().readTree(typed.out());
            assertThat(json.get("valid").booleanValue()).isTrue();
            assertThat(json.get("file").textValue()).isEqualTo(config.toString());
        }
    }

    @Test
    void without_a_server_a_key_command_works_on_the_files_itself_and_says_why_it_cannot() {
        for (String verb : new String[] {"list", "create", "adopt"}) {
            Typed typed = Typed.run("key", verb, "--config", config.toString());

            assertThat(typed.code()).as(verb).isEqualTo(3);
            assertThat(typed.err()).as(verb).contains("no readable file " + folder.resolve("no-module.so"));
        }
        assertThat(folder.resolve("state").resolve("audit.jsonl")).exists();
    }

    @Test
    void status_without_a_server_says_where_it_looked_and_ends_with_7() {
        Typed typed = Typed.run("status", "--config", config.toString());

        assertThat(typed.code()).isEqualTo(7);
        assertThat(typed.err())
                .contains("no server answers on " + folder.resolve("admin.sock"))
                .contains("kekkai serve");
        assertThat(typed.out()).isEmpty();
    }

    private static Typed validate(String... more) {
        String[] line = new String[more.length + 2];
        line[0] = "config";
        line[1] = "validate";
        System.arraycopy(more, 0, line, 2, more.length);
        return Typed.run(line);
    }
}
