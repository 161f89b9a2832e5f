package dev.kekkai.custody.pkcs11;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kekkai.custody.CustodyException.Misconfigured;
import dev.kekkai.custody.CustodyException.PinRefused;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
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

        ledger.begin(SERIAL, PIN_FILE, false);
        assertThat(file).exists();
        assertThat(Files.getPosixFilePermissions(file)).isEqualTo(PosixFilePermissions.fromString("rw-------"));

        ledger.succeeded();
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void after_success_any_number_of_logins_may_follow() throws Exception {
        for (int i = 0; i < 5; i++) {
            PinLedger afterRestart = new PinLedger(file);
            afterRestart.begin(SERIAL, PIN_FILE, false);
            afterRestart.succeeded();
        }

        assertThat(file).doesNotExist();
    }

    @Test
    void a_refused_pin_file_is_never_tried_again_however_often_the_process_restarts() throws Exception {
        PinLedger first = new PinLedger(file);
        first.begin(SERIAL, PIN_FILE, false);
        first.refused(SERIAL, PIN_FILE);

        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(() -> new PinLedger(file).begin(SERIAL, PIN_FILE, false))
                    .isInstanceOf(PinRefused.class)
                    .hasMessageContaining("write the right PIN to /run/kekkai/pin (");
        }
    }

    @Test
    void a_rewritten_file_or_another_token_may_be_tried_after_a_refusal() throws Exception {
        refuse();
        assertThatCode(() -> new PinLedger(file).begin(SERIAL, REWRITTEN, false))
                .doesNotThrowAnyException();

        refuse();
        assertThatCode(() -> new PinLedger(file).begin("other", PIN_FILE, false))
                .doesNotThrowAnyException();
    }

    @Test
    void crashes_in_c_login_do_not_lock_out_a_right_pin_as_long_as_the_token_knows_of_no_wrong_one() throws Exception {
        for (int i = 0; i < 5; i++) {
            new PinLedger(file).begin(SERIAL, PIN_FILE, false);
        }

        PinLedger healed = new PinLedger(file);
        healed.begin(SERIAL, PIN_FILE, false);
        healed.succeeded();
        assertThat(file).doesNotExist();
    }

    @Test
    void a_crash_in_c_login_after_which_the_token_knows_of_a_wrong_pin_is_not_repeated() throws Exception {
        new PinLedger(file).begin(SERIAL, PIN_FILE, false);

        for (String identity : List.of(PIN_FILE, REWRITTEN)) {
            assertThatThrownBy(() -> new PinLedger(file).begin(SERIAL, identity, true))
                    .isInstanceOf(PinRefused.class)
                    .hasMessageContaining("the token says that a wrong PIN was entered")
                    .hasMessageContaining("remove " + file);
        }
    }

    @Test
    void a_file_that_something_keeps_rewriting_is_tried_three_times_in_all() throws Exception {
        for (int i = 0; i < 3; i++) {
            String rewritten = PIN_FILE + i;
            PinLedger ledger = new PinLedger(file);
            ledger.begin(SERIAL, rewritten, true);
            ledger.refused(SERIAL, rewritten);
        }

        assertThatThrownBy(() -> new PinLedger(file).begin(SERIAL, PIN_FILE + "3", true))
                .isInstanceOf(PinRefused.class)
                .hasMessageContaining("refused 3 PINs in a row")
                .hasMessageContaining("remove " + file);
        assertThatCode(() -> new PinLedger(file).begin("other", PIN_FILE, false))
                .doesNotThrowAnyException();
    }

    @Test
    void a_damaged_note_counts_as_an_attempt_without_an_end() throws Exception {
        Files.writeString(file, "");

        assertThatThrownBy(() -> new PinLedger(file).begin(SERIAL, PIN_FILE, true))
                .isInstanceOf(PinRefused.class);
        assertThatCode(() -> new PinLedger(file).begin(SERIAL, PIN_FILE, false)).doesNotThrowAnyException();
    }

    @Test
    void a_refusal_after_a_crash_is_a_refusal() throws Exception {
        new PinLedger(file).begin(SERIAL, PIN_FILE, false);
        refuse();

        assertThatThrownBy(() -> new PinLedger(file).begin(SERIAL, PIN_FILE, false))
                .isInstanceOf(PinRefused.class)
                .hasMessageContaining("refused the PIN in this file before");
    }

    @Test
    void where_nothing_can_be_noted_there_is_no_login() {
        PinLedger nowhere = new PinLedger(folder.resolve("missing").resolve("pin-attempt"));

        assertThatThrownBy(() -> nowhere.begin(SERIAL, PIN_FILE, false))
                .isInstanceOf(Misconfigured.class)
                .hasMessageContaining("no login is tried");
    }

    @Test
    void where_the_note_cannot_be_read_there_is_no_login() throws Exception {
        Files.createDirectory(file);

        assertThatThrownBy(() -> new PinLedger(file).begin(SERIAL, PIN_FILE, false))
                .isInstanceOf(Misconfigured.class);
    }

    private void refuse() throws Exception {
        new PinLedger(file).refused(SERIAL, PIN_FILE);
    }
}
