package dev.kekkai.custody.pkcs11;

import static dev.kekkai.custody.pkcs11.OpenToken.result;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import dev.kekkai.custody.CustodyException.KeyUnsafe;
import dev.kekkai.custody.CustodyException.Unavailable;
import dev.kekkai.secret.Secret;
import dev.kekkai.testing.pkcs11.Fault;
import dev.kekkai.testing.pkcs11.FaultyModule.Injection;
import dev.kekkai.testing.process.SoftHsmToken;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is asked of a token that was lost before it is used again: its PIN once, its serial number, its keys. */
class ReturnOfTheTokenTest {
    @TempDir
    Path folder;

    private LadderToken hsm;

    @BeforeEach
    void open() throws Exception {
        hsm = LadderToken.in(folder);
    }

    @AfterEach
    void close() {
        hsm.close();
    }

    private void awaitAttempts(int more) {
        long from = hsm.counters().calls("C_Initialize");
        await().atMost(LadderToken.LONG).until(() -> hsm.counters().calls("C_Initialize") >= from + more);
    }

    @Test
    void a_pin_that_is_refused_then_is_tried_once_however_often_the_token_is_looked_for() throws Exception {
        hsm.softHsm.writePin("wrong-pin-of-2026");
        hsm.module.dropLogin();
        // The caller who meets it is refused with the reason, not told to bring another key.
        assertThat(catchThrowable(hsm::seal)).hasMessageContaining("refused the PIN");
        awaitAttempts(3);

        assertThat(hsm.counters().loginsRefused()).isEqualTo(1);
        assertThat(hsm.state().reason()).contains("has refused the PIN in this file before");

        hsm.softHsm.writePin(SoftHsmToken.PIN);
        hsm.awaitUp();
        assertThat(hsm.open(hsm.box)).isEqualTo(new byte[32]);
        assertThat(hsm.counters().loginsRefused()).isEqualTo(1);
        assertThat(hsm.counters().logins()).isEqualTo(2);
    }

    @Test
    void a_token_of_the_same_label_and_pin_with_another_serial_number_is_not_used() throws Exception {
        Path other = Files.createDirectory(folder.resolve("other"));
        Injection absence = hsm.module.inject(Fault.tokenAbsent().untilInitialize());
        assertThatThrownBy(hsm::seal);
        SoftHsmToken.in(other);
        hsm.softHsm.unplug();
        Files.move(other.resolve("tokens"), folder.resolve("tokens"));

        absence.lift();

        await().atMost(LadderToken.LONG).until(() -> hsm.state().reason().contains("its serial number is"));
        assertThat(hsm.counters().logins()).as("it was not even given the PIN").isEqualTo(1);

        Files.move(folder.resolve("tokens"), other.resolve("tokens"));
        hsm.softHsm.plugIn();
        hsm.awaitUp();
        assertThat(hsm.open(hsm.box)).isEqualTo(new byte[32]);
    }

    @Test
    void a_token_that_fails_the_check_of_its_keys_is_not_used_until_it_passes() throws Exception {
        hsm.token.onReturn((inventory, custodian) -> {
            try (Secret opened = custodian
                    .open(hsm.kek, LadderToken.AAD, hsm.box)
                    .toCompletableFuture()
                    .join()) {
                assertThat(opened.lent()).isEqualTo(new byte[32]);
            } catch (CompletionException e) {
                throw new KeyUnsafe("other keys: " + e.getCause());
            }
        });
        Injection corrupt = hsm.module.inject(Fault.fail("C_Decrypt", "CKR_ENCRYPTED_DATA_INVALID"));
        Injection absence = hsm.module.inject(Fault.tokenAbsent());
        assertThatThrownBy(hsm::seal);
        absence.lift();

        await().atMost(LadderToken.LONG).until(() -> hsm.state().reason().contains("other keys"));
        awaitAttempts(2);
        assertThat(hsm.up()).isFalse();
        assertThat(hsm.counters().injected("C_Decrypt")).isPositive();

        corrupt.lift();
        hsm.awaitUp();
        assertThat(hsm.open(hsm.box)).isEqualTo(new byte[32]);
    }

    @Test
    void a_login_is_checked_like_a_return() throws Exception {
        hsm.token.onReturn((inventory, custodian) -> {
            throw new KeyUnsafe("other keys");
        });

        hsm.module.dropLogin();

        assertThat(catchThrowable(hsm::seal)).hasMessageContaining("other keys");
        assertThat(hsm.counters().loginDrops()).isEqualTo(1);
    }

    @Test
    void a_key_that_a_vanished_token_does_not_show_is_not_called_missing() throws Exception {
        hsm.softHsm.unplug();

        assertThat(catchThrowable(() -> result(hsm.token.inventory().inspect(hsm.kek))))
                .isInstanceOf(Unavailable.class);
        hsm.awaitDown();

        hsm.softHsm.plugIn();
        hsm.awaitUp();
        assertThat(hsm.open(hsm.box)).isEqualTo(new byte[32]);
        assertThat(hsm.counters().calls("C_Finalize")).isPositive();
    }
}
