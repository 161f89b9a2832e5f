package dev.kekkai.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ApprovalSettingsTest {
    @TempDir
    Path folder;

    private ApprovalConfig load(String approvals, Map<String, String> environment) throws Exception {
        Path file = folder.resolve("kekkai.yaml");
        Files.writeString(file, """
                kekkai:
                  custody:
                    profile: softhsm
                    pkcs11:
                      allow-soft-token: true
                """ + (approvals.isEmpty() ? "" : "  approvals:\n" + approvals.indent(4)));
        return ConfigFile.load(file, environment).approvals();
    }

    @Test
    void left_out_it_asks_for_one_other_within_a_day_on_the_host_too() throws Exception {
        assertThat(load("", Map.of())).isEqualTo(ApprovalConfig.DEFAULT);
        assertThat(ApprovalConfig.DEFAULT).isEqualTo(new ApprovalConfig(1, false, Duration.ofHours(24)));
    }

    @Test
    void what_is_given_counts() throws Exception {
        assertThat(load("required: 3\nhost: exempt\nexpire-after: PT48H", Map.of()))
                .isEqualTo(new ApprovalConfig(3, true, Duration.ofDays(2)));
        assertThat(load("", Map.of("KEKKAI_APPROVALS_EXPIRE_AFTER", "168h")).expireAfter())
                .isEqualTo(Duration.ofDays(7));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "required: 0",
                "required: 10",
                "host: alone",
                "host: true",
                "expire-after: 0h",
                "expire-after: 169h",
                "expire-after: 24",
                "expire-after: 1d",
            })
    void what_does_not_fit_is_refused_with_what_would(String given) {
        assertThatThrownBy(() -> load(given, Map.of()))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("approvals." + given.split(":", 2)[0]);
    }

    @Test
    void which_actions_need_it_is_not_configured() {
        assertThatThrownBy(() -> load("actions: [key.disable]", Map.of()))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("actions");
    }
}
