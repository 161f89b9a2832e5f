package dev.kekkai.custody.pkcs11;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kekkai.config.KekkaiConfig;
import dev.kekkai.custody.CustodyException.Misconfigured;
import dev.kekkai.custody.CustodyException.PinRefused;
import dev.kekkai.testing.softhsm.SoftHsm;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class Pkcs11TokenTest {
    @TempDir
    Path folder;

    private String label;
    private Path state;

    @BeforeEach
    void make_a_token() throws Exception {
        label = "p-" + UUID.randomUUID().toString().substring(0, 18);
        state = Files.createDirectory(folder.resolve("state"));
        SoftHsm.create(label);
    }

    @AfterEach
    void delete_it() throws Exception {
        SoftHsm.delete(label);
    }

    @Test
    void it_opens_by_its_label_and_can_be_opened_again_after_it_was_closed() throws Exception {
        for (int i = 0; i < 2; i++) {
            try (Pkcs11Token token = Pkcs11Token.open(SoftHsm.custody(label, folder), state)) {
                assertThat(token.identity().label()).isEqualTo(label);
                assertThat(token.identity().serial()).isNotBlank();
                assertThat(token.identity().manufacturer()).isEqualTo("SoftHSM project");
                assertThat(token.software()).isTrue();
            }
        }
    }

    @Test
    void a_label_that_no_token_has_is_refused_with_the_labels_that_are_there() {
        assertThatThrownBy(() -> Pkcs11Token.open(SoftHsm.custody("nobody", folder), state))
                .isInstanceOf(Misconfigured.class)
                .hasMessageContaining("no token is labelled 'nobody'")
                .hasMessageContaining("'" + label + "'");
    }

    @Test
    void a_label_that_two_tokens_have_is_refused() throws Exception {
        String twice = "twice-" + UUID.randomUUID().toString().substring(0, 8);
        SoftHsm.create(twice);
        SoftHsm.create(twice);

        assertThatThrownBy(() -> Pkcs11Token.open(SoftHsm.custody(twice, folder), state))
                .isInstanceOf(Misconfigured.class)
                .hasMessageContaining("2 tokens are labelled '" + twice + "'");
    }

    @Test
    void a_software_token_that_was_not_acknowledged_is_refused_before_any_login() throws Exception {
        Path pin = SoftHsm.pinFile(folder.resolve("pin"), "wrong");

        assertThatThrownBy(() -> Pkcs11Token.open(SoftHsm.custody(label, pin, 1, false), state))
                .isInstanceOf(Misconfigured.class)
                .hasMessageContaining("allow-soft-token");
        assertThat(state.resolve("pin-attempt")).doesNotExist();
    }

    @Test
    void a_wrong_pin_is_refused_and_a_rewritten_file_with_the_right_one_opens() throws Exception {
        Path pin = SoftHsm.pinFile(folder.resolve("pin"), "wrong");
        KekkaiConfig.Custody custody = SoftHsm.custody(label, pin, 1, true);

        assertThatThrownBy(() -> Pkcs11Token.open(custody, state))
                .isInstanceOf(PinRefused.class)
                .hasMessageContaining("CKR_PIN_INCORRECT");
        assertThatThrownBy(() -> Pkcs11Token.open(custody, state))
                .isInstanceOf(PinRefused.class)
                .hasMessageContaining("before, so it is not tried again");

        SoftHsm.pinFile(pin, SoftHsm.PIN);
        Pkcs11Token.open(custody, state).close();
    }

    @Test
    void a_module_that_is_not_there_or_is_none_is_refused() throws Exception {
        Path missing = folder.resolve("missing.so");
        Path noModule = Files.writeString(folder.resolve("text.so"), "not a library");

        assertThatThrownBy(() -> Pkcs11Token.open(withModule(missing), state))
                .isInstanceOf(Misconfigured.class)
                .hasMessageContaining(missing.toString());
        assertThatThrownBy(() -> Pkcs11Token.open(withModule(noModule), state))
                .isInstanceOf(Misconfigured.class)
                .hasMessageContaining(noModule.toString());
    }

    private KekkaiConfig.Custody withModule(Path module) {
        return new KekkaiConfig.Custody(
                SoftHsm.PROFILE,
                new KekkaiConfig.Pkcs11(module, label, folder.resolve("pin"), 1, Duration.ofSeconds(10), 16, true));
    }
}
