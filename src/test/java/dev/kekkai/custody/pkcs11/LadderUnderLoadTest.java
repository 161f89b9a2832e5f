package dev.kekkai.custody.pkcs11;

import static dev.kekkai.custody.pkcs11.OpenToken.result;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.kekkai.custody.CustodyException.NotAuthentic;
import dev.kekkai.custody.CustodyException.Unavailable;
import dev.kekkai.custody.SealedBox;
import dev.kekkai.testing.pkcs11.Fault;
import dev.kekkai.testing.pkcs11.FaultyModule.Injection;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each rung of the failure ladder but hangs, met by 64 callers at once. */
class LadderUnderLoadTest {
    private static final Duration SECONDS = Duration.ofSeconds(10);

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

    @Test
    void forged_boxes_fail_their_own_requests_and_cost_nobody_else_anything() throws Exception {
        byte[] forged = hsm.box.box().clone();
        forged[0] ^= 1;
        long opened;
        hsm.module.inject(Fault.badTag("CKR_GENERAL_ERROR"));
        try (Load load = Load.on(hsm)) {
            opened = hsm.counters().calls("C_OpenSession");
            for (int i = 0; i < 50; i++) {
                assertThatThrownBy(() -> hsm.open(new SealedBox(hsm.box.iv(), forged)))
                        .isInstanceOf(NotAuthentic.class);
            }
            load.awaitServed();

            assertThat(load.refused()).isZero();
        }
        assertThat(hsm.counters().injected("C_Decrypt"))
                .as("each is looked at twice, and a witness between")
                .isEqualTo(100);
        assertThat(hsm.counters().calls("C_OpenSession")).isEqualTo(opened);
        assertThat(hsm.up()).isTrue();
    }

    /** The code may mean a bad tag, and the witness opens: only the box itself can tell that it was a fault. */
    @Test
    void a_fault_that_has_passed_when_it_is_looked_into_makes_no_ciphertext_a_forged_one() throws Exception {
        hsm.module.inject(Fault.fail("C_Decrypt", "CKR_GENERAL_ERROR").times(1));

        assertThat(hsm.open(hsm.box)).isEqualTo(new byte[32]);

        assertThat(hsm.counters().injected("C_Decrypt")).isEqualTo(1);
        assertThat(hsm.up()).isTrue();
    }

    @Test
    void lost_sessions_are_replaced_and_no_caller_notices() throws Exception {
        try (Load load = Load.on(hsm)) {
            for (int i = 0; i < 20; i++) {
                long before = hsm.counters().injected("C_EncryptInit");
                Injection lost = hsm.module.inject(Fault.fail("C_EncryptInit", "CKR_SESSION_HANDLE_INVALID")
                        .times(1));
                await().until(() -> hsm.counters().injected("C_EncryptInit") == before + 1);
                lost.lift();
            }
            load.awaitServed();

            assertThat(load.refused()).isZero();
        }
        assertThat(hsm.counters().injected("C_EncryptInit")).isEqualTo(20);
        assertThat(hsm.counters().logins()).isEqualTo(1);
    }

    @Test
    void a_lost_login_is_made_up_for_by_one_login_for_all_and_no_caller_notices() throws Exception {
        try (Load load = Load.on(hsm)) {
            hsm.module.dropLogin();
            load.awaitServed();

            assertThat(load.refused()).isZero();
        }
        assertThat(hsm.counters().loginDrops()).isEqualTo(1);
        assertThat(hsm.counters().logins()).isEqualTo(2);
        assertThat(hsm.counters().loginsRefused()).isZero();
        assertThat(hsm.counters().calls("C_Finalize")).isZero();
    }

    @Test
    void sessions_that_are_lost_with_their_login_come_back_and_no_caller_notices() throws Exception {
        try (Load load = Load.on(hsm)) {
            hsm.module.dropSessions();
            load.awaitServed();

            assertThat(load.refused()).isZero();
        }
        assertThat(hsm.counters().sessionDrops()).isEqualTo(1);
        assertThat(hsm.counters().logins()).isEqualTo(2);
    }

    /** A search ends while nobody is logged in, and whether somebody is is asked when another thread has logged in again. */
    @Test
    void a_key_that_was_out_of_sight_until_another_thread_logged_in_again_is_not_called_missing() throws Exception {
        try (Load load = Load.on(hsm)) {
            hsm.module.inject(
                    Fault.latency("C_FindObjectsFinal", Duration.ofNanos(1_000)).jitter(Duration.ofMillis(200)));
            hsm.module.dropSessions();
            load.awaitServed();

            assertThat(load.refused()).isZero();
        }
        assertThat(hsm.counters().sessionDrops()).isEqualTo(1);
        assertThat(hsm.counters().delayed("C_FindObjectsFinal")).isPositive();
    }

    @Test
    void a_login_that_is_lost_again_and_again_is_made_up_for_each_time() throws Exception {
        try (Load load = Load.on(hsm)) {
            for (int i = 0; i < 5; i++) {
                hsm.module.dropLogin();
                load.awaitServed();
            }
            assertThat(load.refused()).isZero();
        }
        assertThat(hsm.counters().loginDrops()).isEqualTo(5);
        assertThat(hsm.counters().logins()).isBetween(6L, 6L + 5);
        assertThat(hsm.counters().loginsRefused()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"CKR_DEVICE_REMOVED", "CKR_DEVICE_ERROR", "CKR_TOKEN_NOT_PRESENT", "CKR_GENERAL_ERROR"})
    void while_the_token_is_gone_callers_are_refused_at_once_and_served_again_when_it_is_back(String code)
            throws Exception {
        try (Load load = Load.on(hsm)) {
            Injection absence = hsm.module.inject(Fault.tokenAbsent().answering(code));
            assertThat(hsm.awaitDown()).contains("the HSM answered CKR_");
            await().until(() -> hsm.state().reason().contains("not back yet"));
            refusedAtOnceWith("the HSM is out of reach since");

            absence.lift();

            assertThat(hsm.awaitUp()).as("milliseconds to come back").isLessThan(SECONDS.toMillis());
            load.awaitServed();
            assertThat(load.refused()).isPositive();
            assertThat(load.late()).isZero();
        }
        assertThat(hsm.counters().tokenRemovals()).isEqualTo(1);
        assertThat(hsm.counters().loginsRefused()).isZero();
        assertThat(hsm.open(hsm.box)).isEqualTo(new byte[32]);
    }

    private void refusedAtOnceWith(String reason) {
        long begin = System.nanoTime();
        for (int i = 0; i < 100; i++) {
            assertThatThrownBy(() -> hsm.seal()).isInstanceOf(Unavailable.class).hasMessageContaining(reason);
        }
        assertThat(System.nanoTime() - begin).isLessThan(SECONDS.toNanos());
    }

    @Test
    void a_token_that_comes_back_in_another_slot_is_found_there() throws Exception {
        long before = hsm.token.identity().slot();
        try (Load load = Load.on(hsm)) {
            Injection absence = hsm.module.inject(Fault.tokenAbsent().returningInAnotherSlot());
            hsm.awaitDown();
            absence.lift();
            hsm.awaitUp();
            load.awaitServed();
        }
        assertThat(hsm.counters().tokenRemovals()).isEqualTo(1);
        assertThat(result(hsm.token.inventory().list()))
                .as("writing sessions too")
                .contains(hsm.kek);
        result(hsm.token.inventory().generate(OpenToken.freshKek(2)));
        assertThat(hsm.token.identity().slot()).isNotEqualTo(before);
    }

    @Test
    void a_module_that_must_be_initialised_again_is_with_nobody_inside() throws Exception {
        try (Load load = Load.on(hsm)) {
            Injection absence = hsm.module.inject(Fault.tokenAbsent().untilInitialize());
            hsm.awaitDown();
            absence.lift();
            hsm.awaitUp();
            load.awaitServed();
        }
        assertThat(hsm.counters().tokenRemovals()).isEqualTo(1);
        assertThat(hsm.counters().calls("C_Finalize")).isPositive();
        assertThat(hsm.counters().calls("C_Initialize"))
                .isEqualTo(hsm.counters().calls("C_Finalize") + 1);
        assertThat(hsm.counters().staleSessions())
                .as("handles of before are not even closed, but for the calls that met the loss")
                .isLessThanOrEqualTo(4 * 2);
    }

    @Test
    void failures_without_a_meaning_open_the_breaker_only_when_nothing_else_comes() throws Exception {
        try (Load load = Load.on(hsm)) {
            Injection now = hsm.module.inject(
                    Fault.fail("C_EncryptInit", "CKR_FUNCTION_FAILED").times(3));
            load.awaitServed();
            now.lift();
            assertThat(hsm.up()).isTrue();
            assertThat(hsm.counters().calls("C_Initialize")).isEqualTo(1);

            Injection always = hsm.module.inject(Fault.fail(Fault.ANY, "CKR_FUNCTION_FAILED"));
            assertThat(hsm.awaitDown()).contains("5 failures in a row");
            always.lift();
            hsm.awaitUp();
            load.awaitServed();
        }
        assertThat(hsm.counters().injected("C_EncryptInit")).isGreaterThanOrEqualTo(3);
    }

    @Test
    void with_fewer_sessions_than_workers_those_that_have_one_do_the_work() throws Exception {
        hsm.module.inject(Fault.maxSessions(3));
        // The token counts a session before its worker has it, and another may be turned away in between.
        hsm.module.inject(
                Fault.latency("C_OpenSession", Duration.ofNanos(1_000)).jitter(Duration.ofMillis(20)));
        hsm.module.dropSessions();
        try (Load load = Load.on(hsm)) {
            for (int round = 0; round < 20; round++) {
                hsm.module.dropSessions();
                load.awaitServed();
            }

            assertThat(load.refused()).isZero();
            assertThat(hsm.counters().injected("C_OpenSession")).isPositive();
        }
    }
}
