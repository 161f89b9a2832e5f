package dev.kekkai.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kekkai.testing.process.Finished;
import dev.kekkai.testing.process.Installation;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The command line where no server runs. */
class CommandLineIT {
    private static final int USAGE = 2;
    private static final int CONFIGURATION = 3;
    private static final int NOT_SERVING = 7;

    @TempDir
    static Path folder;

    private static Installation kekkai;

    @BeforeAll
    static void install() throws Exception {
        kekkai = Installation.in(folder);
    }

    @ParameterizedTest
    @CsvSource({
        "'',           serve status probe key config --config --output --version",
        "serve,        --config",
        "status,       --output",
        "probe,        --socket --output",
        "key,          list create rotate adopt retire disable enable destroy accept-provenance",
        "key list,     --output",
        "key create,   --new-keyring --dry-run",
        "key rotate,   --version --activate-in --dry-run",
        "key adopt,    --lineage --accept-provenance --new --version --dry-run",
        "key retire,   VERSION --dry-run",
        "key disable,  VERSION --dry-run",
        "key enable,   VERSION --dry-run",
        "key destroy,  VERSION --older-backups-may-become-unreadable --reason --dry-run",
        "approval,     list show approve reject",
        "approval list, --all --tenant",
        "approval show, APPROVAL --tenant",
        "approval approve, APPROVAL --reason --tenant --dry-run",
        "approval reject, APPROVAL --reason --tenant --dry-run",
        "key accept-provenance, VERSION --dry-run",
        "config,       validate show",
        "config validate, --config",
        "config show,  --output",
    })
    void help_names_every_option_and_verb(String command, String mentioned) throws Exception {
        String[] words = (command + " --help").strip().split(" ");

        String help = kekkai.run(words).succeeded().out();

        assertThat(help).contains("--help").contains(List.of(mentioned.split(" ")));
    }

    @Test
    void an_option_or_command_that_does_not_exist_is_a_usage_error() throws Exception {
        assertThat(kekkai.run("status", "--verbos").endedWith(USAGE).err()).contains("--verbos");
        assertThat(kekkai.run("stauts").endedWith(USAGE).err())
                .contains("stauts")
                .contains("status");
        assertThat(kekkai.run("key").endedWith(USAGE).err()).contains("say which key command");
    }

    @Test
    void status_and_probe_without_a_server_say_so() throws Exception {
        Finished status = kekkai.run("status").endedWith(NOT_SERVING);
        Finished probe = kekkai.run("probe").endedWith(NOT_SERVING);

        assertThat(status.err())
                .contains("no server answers on " + kekkai.adminSocket())
                .contains("'kekkai serve'");
        assertThat(probe.err()).contains(kekkai.socket().toString()).contains("UNAVAILABLE");
    }

    @Test
    void config_validate_and_show_print_json() throws Exception {
        JsonNode valid =
                kekkai.run("config", "validate", "-o", "json").succeeded().json();
        JsonNode shown = kekkai.run("config", "show", "-o", "json").succeeded().json();

        assertThat(valid.get("valid").asBoolean()).isTrue();
        assertThat(valid.get("file").asText()).isEqualTo(kekkai.config().toString());
        assertThat(shown.toString()).contains(kekkai.socket().toString()).contains("softhsm");
        assertThat(kekkai.run("config", "show").succeeded().out()).contains("socket:");
    }

    @Test
    void an_unknown_key_is_refused_with_the_nearest_one() throws Exception {
        kekkai.edit("pin-file:", "pin-fiel:");
        try {
            for (String command : List.of("config validate", "serve", "key create")) {
                Finished refused = kekkai.run(command.split(" ")).endedWith(CONFIGURATION);
                assertThat(refused.err())
                        .contains(kekkai.config() + ":")
                        .contains("pin-fiel")
                        .contains("unknown key")
                        .contains("pin-file");
            }
        } finally {
            kekkai.edit("pin-fiel:", "pin-file:");
        }
        kekkai.run("config", "validate").succeeded();
    }
}
