package dev.kekkai.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.kekkai.config.KekkaiConfig.Gateway;
import dev.kekkai.config.KekkaiConfig.TpmAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AgentSettingsTest {
    @TempDir
    Path folder;

    @Test
    void an_agent_needs_gateways_and_neither_an_hsm_nor_a_pin() throws Exception {
        KekkaiConfig config =
                load("role: agent", "agent:", "  gateways: [\"gw-1.example.net:7443/7444\", \"[::1]:1/2\"]");

        assertThat(config.hsm()).isEmpty();
        assertThat(config.agent().gateways())
                .containsExactly(new Gateway("gw-1.example.net", 7443, 7444), new Gateway("::1", 1, 2));
        assertThat(config.agent().rootsFile()).isEqualTo(Path.of("/etc/kekkai/roots.pem"));
        assertThat(config.agent().tpm()).isEqualTo(new TpmAddress(Path.of("/dev/tpmrm0"), false));
        assertThat(config.agent().ek()).isEmpty();
        assertThat(config.agent().tenant()).isEmpty();
    }

    @Test
    void what_config_show_prints_loads_to_the_same() throws Exception {
        Path file = folder.resolve("kekkai.yaml");
        Files.writeString(file, "kekkai:\n  role: agent\n  agent:\n    gateways: [\"gw-1:1/2\", \"gw-2:1/2\"]\n");
        EffectiveConfig effective = ConfigFile.read(file, Map.of());

        Path copy = Files.writeString(folder.resolve("copy.yaml"), ConfigView.yaml(effective));

        assertThat(ConfigView.yaml(effective)).contains("gateways: [\"gw-1:1/2\", \"gw-2:1/2\"]  # ");
        assertThat(ConfigFile.load(copy, Map.of())).isEqualTo(effective.config());
    }

    @Test
    void an_agent_without_gateways_is_refused() {
        assertThatExceptionOfType(ConfigException.class)
                .isThrownBy(() -> load("role: agent"))
                .withMessageContaining("agent.gateways")
                .withMessageContaining("is missing, and role is agent");
    }

    @Test
    void another_role_has_no_uplink_whatever_the_section_says_and_still_needs_its_profile() {
        assertThatExceptionOfType(ConfigException.class)
                .isThrownBy(() -> load("role: standalone", "agent:", "  gateways: [\"gw:1/2\"]"))
                .withMessageContaining("custody.profile")
                .withMessageContaining("is missing and has no default");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "gw",
                "gw:7443",
                "gw:7443/7443",
                "gw:0/1",
                "gw:1/65536",
                "gw:1/2/3",
                "-gw:1/2",
                "gw..net:1/2",
                "127.1:1/2",
                "[::g]:1/2",
                "::1:1/2",
                "gw:1/2,gw:1/2",
                "gw:1/2,",
                "user@gw:1/2",
                "https://gw:1/2"
            })
    void what_is_no_list_of_gateways_does_not_fit(String gateways) {
        assertThat(AgentTypes.gateways().read(gateways)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"gw:1/2, gw:1/2", "127.0.0.1:1/2, 127.0.0.1:1/2", "[::1]:1/2, [::1]:1/2"})
    void a_gateway_is_shown_as_it_was_written(String text, String shown) {
        assertThat(AgentTypes.gateways().read(text).orElseThrow())
                .singleElement()
                .hasToString(shown);
    }

    @Test
    void a_tpm_is_a_device_or_a_socket() {
        assertThat(AgentTypes.tpm().read("/dev/tpm0")).contains(new TpmAddress(Path.of("/dev/tpm0"), false));
        assertThat(AgentTypes.tpm().read("unix:/run/swtpm")).contains(new TpmAddress(Path.of("/run/swtpm"), true));
        assertThat(AgentTypes.tpm().read("unix:swtpm")).isEmpty();
        assertThat(AgentTypes.tpm().read("dev/tpm0")).isEmpty();
    }

    @Test
    void an_ek_is_named_as_the_tcg_does() {
        assertThat(AgentTypes.ek().read("h-3")).contains("H_3");
        assertThat(AgentTypes.ek().read("H-3")).isEmpty();
    }

    @Test
    void a_uuid_and_a_host_name_are_what_they_say() {
        assertThat(AgentTypes.uuid().read("6b656b6b-6169-4000-8000-000000000001"))
                .isPresent();
        assertThat(AgentTypes.uuid().read("6b656b6b61694000800000000000001")).isEmpty();
        assertThat(AgentTypes.hostName().read("node-1.example.net")).isEqualTo(Optional.of("node-1.example.net"));
        assertThat(AgentTypes.hostName().read("node 1")).isEmpty();
        assertThat(AgentTypes.hostName().read("a".repeat(254))).isEmpty();
    }

    private KekkaiConfig load(String... lines) throws Exception {
        Path file = folder.resolve("kekkai.yaml");
        Files.writeString(file, "kekkai:\n  " + String.join("\n  ", lines) + "\n");
        return ConfigFile.load(file, Map.of());
    }
}
