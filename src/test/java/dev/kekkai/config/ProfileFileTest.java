package dev.kekkai.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kekkai.config.HsmProfile.IvRule;
import dev.kekkai.config.HsmProfile.MacKeyType;
import dev.kekkai.envelope.Mechanism;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProfileFileTest {
    private static final String OWN =
            "hsm: { soft-token: false, mechanism: aes-gcm, iv: caller, ambiguous-tag-codes: [] }";

    @TempDir
    Path folder;

    @Test
    void softhsm_speaks_gcm_and_says_a_general_error_for_a_bad_tag() throws Exception {
        assertThat(ProfileFile.load("softhsm"))
                .isEqualTo(new HsmProfile(
                        "softhsm",
                        Mechanism.AES_GCM,
                        IvRule.CALLER,
                        Set.of("CKR_GENERAL_ERROR"),
                        MacKeyType.GENERIC_SECRET,
                        Set.of(),
                        "",
                        true));
    }

    @Test
    void every_profile_in_the_folder_is_bundled_and_loads() throws Exception {
        try (Stream<Path> files = Files.list(Path.of("hsm-config"))) {
            Set<String> names = files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".yaml") && !name.equals("kekkai.yaml"))
                    .map(name -> name.replace(".yaml", ""))
                    .collect(Collectors.toSet());
            assertThat(names).isEqualTo(BundledProfiles.NAMES);
        }
        for (String name : BundledProfiles.NAMES) {
            assertThat(ProfileFile.load(name).name()).isEqualTo(name);
        }
    }

    @Test
    void a_path_is_a_profile_of_the_operators_own() throws Exception {
        Path file = Files.writeString(folder.resolve("lab-7.yaml"), OWN);

        assertThat(ProfileFile.load(file.toString()))
                .isEqualTo(new HsmProfile(
                        "lab-7",
                        Mechanism.AES_GCM,
                        IvRule.CALLER,
                        Set.of(),
                        MacKeyType.GENERIC_SECRET,
                        Set.of(),
                        "",
                        false));
    }

    @Test
    void a_profile_says_what_its_token_makes_of_keys_and_ivs() throws Exception {
        Path file = Files.writeString(folder.resolve("odd.yaml"), """
                hsm:
                  soft-token: false
                  mechanism: aes-cbc-hmac
                  iv: module-prepended
                  ambiguous-tag-codes: [CKR_DEVICE_ERROR]
                  mac-key-type: sha256-hmac
                  omit-attributes: [CKA_COPYABLE, CKA_DERIVE]
                  initialize-arguments: "configdir='sql:/etc/nss'"
                """);

        assertThat(ProfileFile.load(file.toString()))
                .isEqualTo(new HsmProfile(
                        "odd",
                        Mechanism.AES_CBC_HMAC,
                        IvRule.MODULE_PREPENDED,
                        Set.of("CKR_DEVICE_ERROR"),
                        MacKeyType.SHA256_HMAC,
                        Set.of("CKA_COPYABLE", "CKA_DERIVE"),
                        "configdir='sql:/etc/nss'",
                        false));
    }

    @Test
    void the_configuration_is_no_profile_by_name_or_by_path() {
        assertThatThrownBy(() -> ProfileFile.load("kekkai"))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining(
                        "custody.profile: kekkai.yaml is a configuration, not an HSM profile; use one of cloudhsm,");
        assertThatThrownBy(() -> ProfileFile.load(
                        Path.of("hsm-config/kekkai.yaml").toAbsolutePath().toString()))
                .hasMessageContaining("kekkai.yaml is a configuration, not an HSM profile");
    }

    @ParameterizedTest
    @ValueSource(strings = {"moon", "SoftHSM", "..", "softhsm.yaml", ""})
    void a_name_that_is_not_bundled_is_refused(String name) {
        assertThatThrownBy(() -> ProfileFile.load(name)).isInstanceOf(ConfigException.class);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "mechanism: aes-gcm          | mechanism: des               | :1:38: mechanism: expected aes-cbc-hmac or aes-gcm, found des",
                "iv: caller                  | iv: module-in-place          | :1:51: iv: expected caller or module-appended or module-prepended, found module-in-place",
                "iv: caller                  | iv: caller, omit-attributes: [CKA_SENSITIVE]   | omit-attributes: expected a list of any of CKA_COPYABLE,",
                "iv: caller                  | iv: caller, mac-key-type: aes                  | mac-key-type: expected generic-secret or sha256-hmac, found aes",
                "iv: caller                  | iv: caller, initialize-arguments: \"a\\tb\"      | initialize-arguments: expected a text of at most 1024 printable ASCII characters",
                "soft-token: false           | soft-tokn: false             | : soft-token: is missing and has no default; give true or false",
                "ambiguous-tag-codes: []     | ambiguous-tag-codes: [CKR_SESSION_CLOSED] | ambiguous-tag-codes: expected a list of any of CKR_ARGUMENTS_BAD,",
                "ambiguous-tag-codes: []     | ambiguous-tag-codes: [7]     | ambiguous-tag-codes: expected text in the list, found a number",
                "ambiguous-tag-codes: []     | ambiguous-tag-codes: CKR_GENERAL_ERROR | ambiguous-tag-codes: expected a list of any of",
            })
    void a_profile_is_as_strictly_read_as_the_configuration(String right, String wrong, String said) throws Exception {
        Path file = Files.writeString(folder.resolve("own.yaml"), OWN.replace(right, wrong));

        assertThatThrownBy(() -> ProfileFile.load(file.toString()))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining(file + ":")
                .hasMessageContaining(said);
    }

    @Test
    void a_missing_profile_is_named() {
        Path file = folder.resolve("own.yaml");

        assertThatThrownBy(() -> ProfileFile.load(file.toString()))
                .hasMessage(file + ": does not exist; give the path of a profile, or the name of a bundled one");
    }
}
