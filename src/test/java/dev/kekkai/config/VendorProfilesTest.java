package dev.kekkai.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kekkai.config.HsmProfile.GcmCall;
import dev.kekkai.config.HsmProfile.IvRule;
import dev.kekkai.config.HsmProfile.MacKeyType;
import dev.kekkai.envelope.Mechanism;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What the bundled profiles say of each make, so that nobody changes it in passing. */
class VendorProfilesTest {
    static Stream<String> makes() {
        return BundledProfiles.NAMES.stream();
    }

    @ParameterizedTest
    @CsvSource({
        "softhsm, AES_GCM, CALLER, true",
        "luna, AES_GCM, MODULE_APPENDED, false",
        "nshield, AES_GCM, CALLER, false",
        "cloudhsm, AES_GCM, MODULE_PREPENDED, false",
        "utimaco, AES_GCM, CALLER, false",
        "yubihsm2, AES_CBC_HMAC, CALLER, false",
        "tpm2-pkcs11, AES_CBC_HMAC, CALLER, false",
        "nss, AES_GCM, CALLER, true",
        "opencryptoki, AES_CBC_HMAC, CALLER, true",
    })
    void each_make_seals_as_it_can(String make, Mechanism mechanism, IvRule ivRule, boolean software) throws Exception {
        HsmProfile profile = ProfileFile.load(make);

        assertThat(profile.mechanism()).isEqualTo(mechanism);
        assertThat(profile.ivRule()).isEqualTo(ivRule);
        assertThat(profile.softToken()).isEqualTo(software);
    }

    @Test
    void the_quirks_of_each_make_are_stated_and_no_others() throws Exception {
        for (String make : BundledProfiles.NAMES) {
            HsmProfile profile = ProfileFile.load(make);
            assertThat(profile.readOnlySessions()).as(make).isEqualTo(!make.equals("cloudhsm"));
            assertThat(profile.gcmCall()).as(make).isEqualTo(make.equals("nss") ? GcmCall.MESSAGE : GcmCall.ENCRYPT);
            assertThat(profile.untoldHistory()).as(make).isEqualTo(make.equals("nss") ? Set.of("CKA_LOCAL") : Set.of());
            assertThat(profile.initializeArguments().isEmpty()).as(make).isEqualTo(!make.equals("nss"));
            assertThat(profile.macKeyType())
                    .as(make)
                    .isEqualTo(
                            Set.of("yubihsm2", "tpm2-pkcs11").contains(make)
                                    ? MacKeyType.SHA256_HMAC
                                    : MacKeyType.GENERIC_SECRET);
        }
        assertThat(ProfileFile.load("yubihsm2").omittedAttributes())
                .containsExactlyInAnyOrder("CKA_VALUE_LEN", "CKA_COPYABLE");
    }

    @ParameterizedTest
    @MethodSource("makes")
    void each_profile_says_whether_it_was_tried_and_has_its_section_in_the_guide(String make) throws Exception {
        String profile = Files.readString(Path.of("hsm-config", make + ".yaml"));
        String guide = Files.readString(Path.of("docs/custodians.md"));

        assertThat(profile).containsPattern("(?m)^# Tried: (yes|no|by hand)");
        assertThat(guide).contains("`" + make + "`");
    }
}
