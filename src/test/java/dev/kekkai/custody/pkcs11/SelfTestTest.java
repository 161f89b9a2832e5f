package dev.kekkai.custody.pkcs11;

import static dev.kekkai.custody.pkcs11.VendorToken.AAD;
import static dev.kekkai.custody.pkcs11.VendorToken.CBC_HMAC;
import static dev.kekkai.custody.pkcs11.VendorToken.DEK;
import static dev.kekkai.custody.pkcs11.VendorToken.GCM;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kekkai.config.HsmProfile;
import dev.kekkai.config.HsmProfile.IvRule;
import dev.kekkai.custody.CustodyException.Misconfigured;
import dev.kekkai.custody.CustodyException.NotAuthentic;
import dev.kekkai.custody.Kek;
import dev.kekkai.custody.SealedBox;
import dev.kekkai.envelope.Mechanism;
import dev.kekkai.testing.pkcs11.Fault;
import dev.kekkai.testing.pkcs11.FaultyModule.Injection;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is found out about a token at a start, before anything is served from it. */
class SelfTestTest {
    @TempDir
    Path folder;

    private VendorToken hsm;

    @BeforeEach
    void a_token() throws Exception {
        hsm = VendorToken.in(folder);
    }

    @Test
    void it_seals_opens_and_refuses_under_a_key_of_the_session_and_leaves_nothing_behind() throws Exception {
        try (Pkcs11Token token = hsm.open(GCM)) {
            assertThat(token.selfTest()).isEqualTo("a session key sealed, opened, and refused a changed box");
            assertThat(token.choice())
                    .isEqualTo("AES-256-GCM with Kekkai's IV: profile 'vendor' says so, and the token offers it");
            assertThat(hsm.counters().calls("C_GenerateKey")).isEqualTo(1);
            assertThat(hsm.counters().calls("C_DestroyObject")).isEqualTo(1);
        }
        assertThat(hsm.softHsm.secretKeys()).isZero();
    }

    @Test
    void of_aes_cbc_with_hmac_it_tests_both_keys() throws Exception {
        try (Pkcs11Token token = hsm.open(CBC_HMAC)) {
            assertThat(token.mechanism()).isEqualTo(Mechanism.AES_CBC_HMAC);
            assertThat(token.selfTest()).isEqualTo("a session key sealed, opened, and refused a changed box");
            assertThat(token.choice()).startsWith("AES-256-CBC, then HMAC-SHA-256: profile 'vendor' says so");
            assertThat(hsm.counters().calls("C_GenerateKey")).isEqualTo(2);
            assertThat(hsm.counters().calls("C_DestroyObject")).isEqualTo(2);
        }
        assertThat(hsm.softHsm.secretKeys()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"CKR_FUNCTION_NOT_SUPPORTED", "CKR_ATTRIBUTE_VALUE_INVALID", "CKR_TEMPLATE_INCONSISTENT"})
    void a_token_that_makes_no_session_keys_is_tested_by_its_active_kek(String code) throws Exception {
        try (Injection _ = hsm.module.inject(Fault.fail("C_GenerateKey", code).times(1));
                Pkcs11Token token = hsm.open(GCM)) {
            assertThat(hsm.counters().injected("C_GenerateKey")).isEqualTo(1);
            assertThat(token.selfTest())
                    .isEqualTo("the token makes no session keys for a test of its own (" + code
                            + "); the round trip through the ACTIVE KEK is the proof");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"C_Encrypt", "C_Decrypt"})
    void a_token_that_computes_wrongly_serves_nothing(String function) {
        try (Injection _ = hsm.module.inject(Fault.corrupt(function))) {
            assertThatThrownBy(() -> hsm.open(GCM))
                    .isInstanceOf(Misconfigured.class)
                    .hasMessageContaining("self-test of AES_GCM")
                    .hasMessageContaining("Nothing is served");
            assertThat(hsm.counters().injected(function)).isPositive();
            assertThat(hsm.counters().sessionsOpen()).isZero();
        }
    }

    @Test
    void a_code_for_a_bad_tag_that_the_profile_does_not_know_is_learned_and_told() throws Exception {
        HsmProfile knowsNone = VendorToken.profile(Mechanism.AES_GCM, IvRule.CALLER, Set.of());
        try (Injection _ = hsm.module.inject(Fault.badTag("CKR_FUNCTION_FAILED"));
                Pkcs11Token token = hsm.open(knowsNone)) {
            assertThat(token.selfTest())
                    .contains("with CKR_FUNCTION_FAILED, which profile 'vendor' does not list")
                    .contains("add it there");
            Kek kek = VendorToken.generated(token, Mechanism.AES_GCM);
            SealedBox box = VendorToken.seal(token, kek);
            byte[] forged = box.box().clone();
            forged[0] ^= 1;

            assertThatThrownBy(() -> VendorToken.open(token, kek, AAD, new SealedBox(box.iv(), forged)))
                    .isInstanceOf(NotAuthentic.class);
            assertThat(VendorToken.open(token, kek, AAD, box)).isEqualTo(DEK);
            assertThat(hsm.counters().injected("C_Decrypt"))
                    .as("of the self-test, and two of the forged box")
                    .isEqualTo(3);
        }
    }

    @Test
    void a_mechanism_that_the_token_does_not_offer_is_named_with_what_to_use_instead() {
        assertThatThrownBy(() -> hsm.open(VendorToken.gcm(IvRule.MODULE_PREPENDED)))
                .isInstanceOf(Misconfigured.class)
                .hasMessageContaining(
                        "token 'kekkai' does not offer CKM_CLOUDHSM_AES_GCM, which profile 'vendor' needs")
                .hasMessageContaining("it has what aes-cbc-hmac needs")
                .hasMessageContaining("use the profile of this make of HSM");
    }

    @Test
    void a_function_that_the_token_does_not_do_with_a_mechanism_is_named() {
        assertThatThrownBy(() -> hsm.open(VendorToken.byMessage()))
                .isInstanceOf(Misconfigured.class)
                .hasMessageContaining(
                        "does not offer CKM_AES_GCM that encrypts messages, which profile 'vendor' needs");
    }
}
