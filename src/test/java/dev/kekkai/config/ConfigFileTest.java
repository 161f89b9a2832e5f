package dev.kekkai.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kekkai.config.KekkaiConfig.Role;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigFileTest {
    private static final String LEAST = """
            kekkai:
              custody:
                profile: softhsm
                pkcs11: { allow-soft-token: true }
            """;

    @TempDir
    Path folder;

    private Path file;

    @BeforeEach
    void name_the_file() {
        file = folder.resolve("kekkai.yaml");
    }

    @Test
    void what_is_left_out_has_its_default() throws Exception {
        KekkaiConfig config = load(LEAST, Map.of());

        assertThat(config.role()).isEqualTo(Role.STANDALONE);
        assertThat(config.kms().socket()).isEqualTo(Path.of("/run/kekkai/kms.sock"));
        assertThat(config.kms().socketMode()).isEqualTo(PosixFilePermissions.fromString("rw-------"));
        assertThat(config.kms().socketGroup()).isEmpty();
        assertThat(config.custody().pkcs11())
                .isEqualTo(new KekkaiConfig.Pkcs11(
                        Path.of("/usr/lib/softhsm/libsofthsm2.so"),
                        "kekkai",
                        Path.of("/run/kekkai/pin"),
                        8,
                        Duration.ofSeconds(10),
                        16,
                        true));
        assertThat(config.batching()).isEqualTo(new KekkaiConfig.Batching(KekkaiConfig.Batching.Mode.AUTO, 1024, 2));
        assertThat(config.store().path()).isEqualTo(Path.of("/var/lib/kekkai/kekkai.db"));
        assertThat(config.management()).isEqualTo(new KekkaiConfig.Management("127.0.0.1", 9000));
    }

    @Test
    void what_the_file_says_outranks_defaults_and_the_profile() throws Exception {
        KekkaiConfig config = load("""
                kekkai:
                  role: standalone
                  kms: { socket: /run/a.sock, socket-mode: "0660", socket-group: kube }
                  custody:
                    type: pkcs11
                    profile: softhsm
                    pkcs11: { module: /opt/a.so, token: a, pin-file: /run/a.pin, sessions: 64, stuck-after: 600s, max-stuck: 256, allow-soft-token: true }
                  batching: { mode: "off", max: 1, lanes: 64 }
                  store: { type: sqlite, path: /srv/a.db }
                  management: { address: "::1", port: 0 }
                """, Map.of());

        assertThat(config.kms())
                .isEqualTo(new KekkaiConfig.Kms(
                        Path.of("/run/a.sock"), PosixFilePermissions.fromString("rw-rw----"), "kube"));
        assertThat(config.custody().pkcs11())
                .isEqualTo(new KekkaiConfig.Pkcs11(
                        Path.of("/opt/a.so"), "a", Path.of("/run/a.pin"), 64, Duration.ofMinutes(10), 256, true));
        assertThat(config.batching()).isEqualTo(new KekkaiConfig.Batching(KekkaiConfig.Batching.Mode.OFF, 1, 64));
        assertThat(config.store().path()).isEqualTo(Path.of("/srv/a.db"));
        assertThat(config.management()).isEqualTo(new KekkaiConfig.Management("::1", 0));
    }

    @Test
    void postgresql_is_checked_fully_unless_it_is_said_otherwise() throws Exception {
        String section = "  store: { type: postgresql, postgresql: { url: 'jdbc:postgresql://a:5432,[::1]:1/db', ";

        assertThat(load(LEAST + section + "tls-ca-file: /etc/ca.pem } }\n", Map.of())
                        .store()
                        .postgresql())
                .contains(new KekkaiConfig.Postgresql(
                        "jdbc:postgresql://a:5432,[::1]:1/db",
                        "kekkai",
                        Optional.empty(),
                        KekkaiConfig.Postgresql.Tls.VERIFY_FULL,
                        Optional.of(Path.of("/etc/ca.pem"))));
        assertThat(load(LEAST + section + "user: u, password-file: /run/p, tls: 'off' } }\n", Map.of())
                        .store()
                        .postgresql())
                .contains(new KekkaiConfig.Postgresql(
                        "jdbc:postgresql://a:5432,[::1]:1/db",
                        "u",
                        Optional.of(Path.of("/run/p")),
                        KekkaiConfig.Postgresql.Tls.OFF,
                        Optional.empty()));
        assertThat(load(LEAST, Map.of()).store().postgresql()).isEmpty();
    }

    @Test
    void a_word_that_yaml_takes_for_a_boolean_is_taken_as_it_is_written() throws Exception {
        assertThat(load(LEAST + "  batching: { mode: off }\n", Map.of())
                        .batching()
                        .mode())
                .isEqualTo(KekkaiConfig.Batching.Mode.OFF);
    }

    @Test
    void the_environment_outranks_the_file() throws Exception {
        Map<String, String> environment = Map.of(
                "KEKKAI_KMS_SOCKET", "/run/b.sock",
                "KEKKAI_KMS_SOCKET_MODE", "0660",
                "KEKKAI_CUSTODY_PKCS11_PIN_FILE", "/run/b.pin",
                "KEKKAI_CUSTODY_PKCS11_SESSIONS", "3",
                "KEKKAI_STORE_PATH", "/srv/b.db",
                "KEKKAI_MANAGEMENT_PORT", "9001");

        KekkaiConfig config = load(LEAST + "  kms: { socket: /run/a.sock }\n", environment);

        assertThat(config.kms().socket()).isEqualTo(Path.of("/run/b.sock"));
        assertThat(config.kms().socketMode()).isEqualTo(PosixFilePermissions.fromString("rw-rw----"));
        assertThat(config.custody().pkcs11().pinFile()).isEqualTo(Path.of("/run/b.pin"));
        assertThat(config.custody().pkcs11().sessions()).isEqualTo(3);
        assertThat(config.store().path()).isEqualTo(Path.of("/srv/b.db"));
        assertThat(config.management().port()).isEqualTo(9001);
    }

    @Test
    void variables_of_the_launcher_and_of_others_are_left_alone() throws Exception {
        Map<String, String> environment = Map.of(
                "KEKKAI_CONFIG",
                "/x",
                "KEKKAI_HOME",
                "/y",
                "KEKKAI_JAVA_OPTS",
                "-Xmx1g",
                "PATH",
                "/bin",
                "KEKKAIX",
                "z");

        assertThat(load(LEAST, environment).role()).isEqualTo(Role.STANDALONE);
    }

    @Test
    void each_key_has_a_variable_of_its_own() {
        Set<String> variables = new HashSet<>(EnvironmentOverrides.LAUNCHER);

        assertThat(ConfigKeys.ALL)
                .allSatisfy(key -> assertThat(variables.add(key.variable())).isTrue());
    }

    @Test
    void every_default_fits_its_own_type() {
        assertThat(ConfigKeys.ALL).allSatisfy(key -> {
            if (key.absence() instanceof Key.Absence.Preset preset) {
                assertThat(key.type().read(preset.text())).isPresent();
            }
        });
    }

    @Test
    void a_module_is_mandatory_where_the_profile_has_none() throws Exception {
        Path profile = Files.writeString(
                folder.resolve("other.yaml"),
                "hsm: { soft-token: false, mechanism: aes-gcm, iv: caller, ambiguous-tag-codes: [] }");

        assertThatThrownBy(() -> load("kekkai: { custody: { profile: " + profile + " } }", Map.of()))
                .hasMessage(
                        "%s: custody.pkcs11.module: is missing, and the profile other has no default for it;"
                                + " give the absolute path of the vendor's PKCS#11 library",
                        file);
        KekkaiConfig config =
                load("kekkai: { custody: { profile: " + profile + ", pkcs11: { module: /opt/a.so } } }", Map.of());
        assertThat(config.custody().profile().name()).isEqualTo("other");
        assertThat(config.custody().pkcs11().allowSoftToken()).isFalse();
    }

    @Test
    void a_missing_file_is_named_with_what_to_do() {
        assertThatThrownBy(() -> ConfigFile.load(file, Map.of()))
                .isInstanceOf(ConfigException.class)
                .hasMessage(
                        "%s: does not exist; copy hsm-config/kekkai.yaml there and edit it,"
                                + " or name another file with --config",
                        file);
    }

    @Test
    void a_folder_is_no_configuration() {
        assertThatThrownBy(() -> ConfigFile.load(folder, Map.of()))
                .isInstanceOf(ConfigException.class)
                .hasMessageStartingWith(folder + ": is not a regular file; ");
    }

    private KekkaiConfig load(String yaml, Map<String, String> environment) throws IOException, ConfigException {
        return ConfigFile.load(Files.writeString(file, yaml), environment);
    }
}
