package dev.kekkai.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kekkai.app.ExitCode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SideDoorsTest {
    @TempDir
    Path folder;

    @Test
    void an_ordinary_environment_and_folder_pass() {
        assertThatCode(() -> SideDoors.check(Map.of("PATH", "/bin", "KEKKAI_KMS_SOCKET", "/run/a"), folder))
                .doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "QUARKUS_LOG_LEVEL",
                "QUARKUS_HTTP_HOST_ENABLED",
                "_PROD_QUARKUS_LOG_LEVEL",
                "SMALLRYE_CONFIG_LOCATIONS"
            })
    void a_variable_that_configures_the_runtime_underneath_is_refused(String variable) {
        assertThatThrownBy(() -> SideDoors.check(Map.of(variable, "DEBUG"), folder))
                .isInstanceOfSatisfying(
                        CommandException.class, e -> assertThat(e.code()).isEqualTo(ExitCode.CONFIGURATION))
                .hasMessageContaining(variable)
                .hasMessageContaining("unset it");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"config/application.properties", "config/application.yaml", "config/application.yml", ".env"})
    void a_file_in_the_working_directory_that_configures_it_is_refused(String name) throws Exception {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, "");

        assertThatThrownBy(() -> SideDoors.check(Map.of(), folder))
                .isInstanceOf(CommandException.class)
                .hasMessageContaining(file.toString())
                .hasMessageContaining("start from another folder");
    }
}
