package dev.kekkai.custody.pkcs11;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kekkai.custody.CustodyException.Misconfigured;
import dev.kekkai.custody.CustodyException.PinRefused;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PinLedgerTest {
    private static final String SERIAL = "5e11a1";
    private static final String PIN_FILE = "/run/kekkai/pin dev 1 ino 2 modified a changed b";
    private static final String REWRITTEN = "/run/kekkai/pin dev 1 ino 2 modified c changed d";

    @TempDir
    Path folder;

    private Path file;

    @BeforeEach
    void name_the_file() {
        file = folder.resolve("pin-attempt");
    }

    @Test
    void an_attempt_is_on_disk_before_the_login_and_gone_after_its_success() throws Exception {
        PinLedger ledger = new PinLedger(file);

        ledger.begin(SERIAL, PIN_FILE);
        assertThat(file).exists();
        assertThat(Files.getPosixFilePermissions(file)).isEqualTo(PosixFilePermissions.fromString("rw-------"));

        ledger.succeeded();
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void after_success_any_number_of_logins_may_follow() throws Exception {
        for (int i = 0; i < 5; i++) {
            PinLedger afterRestart = new PinLedger(file);
            afterRestart.begin(SERIAL, PIN_FILE);
            afterRestart.succeeded();
        }

        assertThat(file).doesNotExist();
    }

    @Test
    void a_refused_pin_file_is_never_tried_again_however_often_the_process_restarts() throws Exception {
        PinLedger first = new PinLedger(file);
        first.begin(SERIAL, PIN_FILE);
        first.refused(SERIAL, PIN_FILE);

        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(() -> new PinLedger(file).begin(SERIAL, PIN_FILE))
                    .isInstanceOf(PinRefused.class)
                    .hasMessageContaining("write the right PIN to /run/kekkai/pin (");
        }
    }

    @Test
    void a_rewritten_file_or_another_token_may_be_tried_after_a_refusal() throws Exception {
        refuse();
        assertThatCode(() -> new PinLedger(file).begin(SERIAL, REWRITTEN)).doesNotThrowAnyException();

        refuse();
        assertThatCode(() -> new PinLedger(file).begin("other", PIN_FILE)).doesNotThrowAnyException();
    }

    @Test
    void a_crash_in_c_login_allows_one_more_try_and_a_second_crash_none() throws Exception {
        new PinLedger(file).begin(SERIAL, PIN_FILE);

        assertThatCode(() -> new PinLedger(file).begin(SERIAL, PIN_FILE)).doesNotThrowAnyException();

        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(() -> new PinLedger(file).begin(SERIAL, PIN_FILE))
                    .isInstanceOf(PinRefused.class)
                    .hasMessageContaining("two logins")
                    .hasMessageContaining("rewrite /run/kekkai/pin to");
        }
    }

    @Test
    void a_rewritten_file_may_be_tried_after_two_crashes_and_starts_from_none() throws Exception {
        new PinLedger(file).begin(SERIAL, PIN_FILE);
        new PinLedger(file).begin(SERIAL, PIN_FILE);

        new PinLedger(file).begin(SERIAL, REWRITTEN);

        assertThatCode(() -> new PinLedger(file).begin(SERIAL, REWRITTEN)).doesNotThrowAnyException();
        assertThatThrownBy(() -> new PinLedger(file).begin(SERIAL, REWRITTEN)).isInstanceOf(PinRefused.class);
    }

    @Test
    void a_refusal_after_a_crash_is_a_refusal() throws Exception {
        new PinLedger(file).begin(SERIAL, PIN_FILE);
        refuse();

        assertThatThrownBy(() -> new PinLedger(file).begin(SERIAL, PIN_FILE))
                .isInstanceOf(PinRefused.class)
                .hasMessageContaining("refused the PIN in this file before");
    }

    @Test
    void where_nothing_can_be_noted_there_is_no_login() {
        PinLedger nowhere = new PinLedger(folder.resolve("missing").resolve("pin-attempt"));

        assertThatThrownBy(() -> nowhere.begin(SERIAL, PIN_FILE))
                .isInstanceOf(Misconfigured.class)
                .hasMessageContaining("no login is tried");
    }

    @Test
    void where_the_note_cannot_be_read_there_is_no_login() throws Exception {
        Files.createDirectory(file);

        assertThatThrownBy(() -> new PinLedger(file).begin(SERIAL, PIN_FILE)).isInstanceOf(Misconfigured.class);
    }

    private void refuse() throws Exception {
        new PinLedger(file).refused(SERIAL, PIN_FILE);
    }
}
