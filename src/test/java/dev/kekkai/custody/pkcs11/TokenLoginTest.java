package dev.kekkai.custody.pkcs11;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.xipki.pkcs11.wrapper.PKCS11Constants.*;

import dev.kekkai.custody.CustodyException;
import dev.kekkai.custody.CustodyException.Misconfigured;
import dev.kekkai.custody.CustodyException.PinRefused;
import dev.kekkai.custody.CustodyException.Unavailable;
import dev.kekkai.testing.softhsm.SoftHsm;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenLoginTest {
    private static final TokenIdentity TOKEN = token(0);

    @TempDir
    Path folder;

    private final FaultyModule module = new FaultyModule();
    private Path pin;
    private Path note;

    @BeforeEach
    void write_a_pin() throws Exception {
        pin = SoftHsm.pinFile(folder.resolve("pin"), "1234");
        note = folder.resolve("pin-attempt");
    }

    @Test
    void a_login_that_succeeds_leaves_no_note() throws Exception {
        loginAfterRestart(TOKEN);

        assertThat(module.calls("C_Login")).isEqualTo(1);
        assertThat(note).doesNotExist();
    }

    @Test
    void a_token_that_another_session_logged_in_to_is_as_good() throws Exception {
        module.fail("C_Login", CKR_USER_ALREADY_LOGGED_IN);

        loginAfterRestart(TOKEN);

        assertThat(note).doesNotExist();
    }

    @Test
    void a_refused_pin_reaches_the_token_once_however_often_the_process_restarts() throws Exception {
        module.fail("C_Login", CKR_PIN_INCORRECT);

        for (int i = 0; i < 5; i++) {
            assertThatThrownBy(() -> loginAfterRestart(TOKEN))
                    .isInstanceOf(PinRefused.class)
                    .hasMessageContaining(pin.toString())
                    .hasMessageNotContaining("1234");
        }

        assertThat(module.calls("C_Login")).isEqualTo(1);
        assertThat(Files.readString(note)).startsWith("refused\n5e11a1\n").doesNotContain("1234");
    }

    @Test
    void a_rewritten_pin_file_gets_one_try() throws Exception {
        module.fail("C_Login", CKR_PIN_INCORRECT);
        assertThatThrownBy(() -> loginAfterRestart(TOKEN)).isInstanceOf(PinRefused.class);

        SoftHsm.pinFile(pin, "4321");

        assertThatCode(() -> loginAfterRestart(TOKEN)).doesNotThrowAnyException();
        assertThat(module.calls("C_Login")).isEqualTo(2);
    }

    @Test
    void a_token_that_fails_has_not_judged_the_pin_so_it_is_tried_again() throws Exception {
        module.fail("C_Login", CKR_DEVICE_ERROR, CKR_DEVICE_REMOVED, CKR_FUNCTION_FAILED);

        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(() -> loginAfterRestart(TOKEN)).isInstanceOf(Unavailable.class);
        }

        assertThatCode(() -> loginAfterRestart(TOKEN)).doesNotThrowAnyException();
    }

    @Test
    void after_three_answers_that_do_not_say_whether_the_pin_was_wrong_logins_become_rare() throws Exception {
        module.fail("C_Login", CKR_GENERAL_ERROR, CKR_GENERAL_ERROR, CKR_GENERAL_ERROR);
        TokenLogin login = new TokenLogin(
                new PinFile(pin),
                new PinLedger(note),
                new Backoff(Duration.ofMillis(300), Duration.ofMinutes(1), new Random(1)));

        for (int i = 0; i < 10; i++) {
            assertThatThrownBy(() -> login.login(new Pkcs11Session(module.functions(), 1, () -> true), TOKEN))
                    .isInstanceOf(Unavailable.class);
        }
        assertThat(module.calls("C_Login")).isEqualTo(3);

        await().atMost(Duration.ofSeconds(10)).ignoreExceptions().until(() -> {
            login.login(new Pkcs11Session(module.functions(), 1, () -> true), TOKEN);
            return true;
        });
        assertThat(module.calls("C_Login")).isEqualTo(4);
        assertThat(note).doesNotExist();
    }

    @Test
    void a_locked_pin_or_the_last_try_is_not_touched() {
        assertThatThrownBy(() -> loginAfterRestart(token(CKF_USER_PIN_LOCKED)))
                .isInstanceOf(PinRefused.class)
                .hasMessageContaining("locked");
        assertThatThrownBy(() -> loginAfterRestart(token(CKF_USER_PIN_FINAL_TRY)))
                .isInstanceOf(PinRefused.class)
                .hasMessageContaining("one more wrong PIN locks it");

        assertThat(module.calls("C_Login")).isZero();
    }

    @Test
    void where_the_attempt_cannot_be_noted_the_token_is_not_asked() {
        note = folder.resolve("missing").resolve("pin-attempt");

        assertThatThrownBy(() -> loginAfterRestart(TOKEN)).isInstanceOf(Misconfigured.class);

        assertThat(module.calls("C_Login")).isZero();
    }

    /** A new process knows nothing but what is on disk. */
    private void loginAfterRestart(TokenIdentity token) throws CustodyException {
        new TokenLogin(new PinFile(pin), new PinLedger(note))
                .login(new Pkcs11Session(module.functions(), 1, () -> true), token);
    }

    private static TokenIdentity token(long flags) {
        return new TokenIdentity(0, "kekkai", "5e11a1", "a vendor", "a model", "1.0", flags);
    }
}
