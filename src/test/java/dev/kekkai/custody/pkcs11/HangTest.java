package dev.kekkai.custody.pkcs11;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.kekkai.custody.CustodyException.Unavailable;
import dev.kekkai.testing.pkcs11.Fault;
import dev.kekkai.testing.pkcs11.FaultyModule;
import dev.kekkai.testing.pkcs11.FaultyModule.Injection;
import dev.kekkai.testing.process.SoftHsmToken;
import iaik.pkcs.pkcs11.wrapper.PKCS11Implementation;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Calls that do not come back: their threads are written off and replaced, come back one day or never, and are never more than may be. */
class HangTest {
    private static final Duration STUCK_AFTER = Duration.ofSeconds(1);
    private static final int SESSIONS = 4;
    /** The session that keeps the login. */
    private static final int ANCHOR = 1;

    @TempDir
    Path folder;

    private LadderToken hsm;

    @AfterEach
    void close() {
        if (hsm != null) {
            hsm.close();
        }
    }

    private void open(int sessions, int maxStuck) throws Exception {
        hsm = LadderToken.in(folder, sessions, STUCK_AFTER, maxStuck);
    }

    private void awaitNobodyStuck() {
        await().atMost(LadderToken.LONG)
                .until(() -> hsm.state().stuck() == 0 && hsm.counters().hanging() == 0);
    }

    @Test
    void one_hanging_call_under_load_costs_one_request_and_one_thread() throws Exception {
        open(SESSIONS, 8);
        try (Load load = Load.on(hsm)) {
            Injection hang = hsm.module.inject(Fault.hang("C_Encrypt").times(1));
            await().until(() -> hsm.state().stuck() == 1);
            load.awaitServed();

            await().until(() -> hsm.state().sessionsOpen() == SESSIONS);
            assertThat(hsm.counters().hanging())
                    .as("and still there are as many at work as before")
                    .isEqualTo(1);
            assertThat(hsm.up()).isTrue();
            assertThat(load.refused()).isEqualTo(1);
            hang.lift();
            awaitNobodyStuck();
            load.awaitServed();
        }
        assertThat(hsm.counters().injected("C_Encrypt")).isEqualTo(1);
        await().until(() -> hsm.counters().sessionsOpen() <= SESSIONS + ANCHOR);
    }

    @Test
    void a_thousand_hangs_that_end_leave_no_thread_and_no_session() throws Exception {
        open(64, 128);
        long before = LadderToken.threads();
        try (Load load = Load.on(hsm)) {
            while (hsm.counters().injected("C_Encrypt") < 1_000) {
                long from = hsm.counters().injected("C_Encrypt");
                Injection hang = hsm.module.inject(Fault.hang("C_Encrypt").times(50));
                await().atMost(LadderToken.LONG).until(() -> hsm.counters().injected("C_Encrypt") == from + 50);
                await().atMost(LadderToken.LONG).until(() -> hsm.state().stuck() >= 50);
                hang.lift();
                awaitNobodyStuck();
            }
            load.awaitServed();
            assertThat(load.refused()).isGreaterThanOrEqualTo(1_000);
        }
        assertThat(LadderToken.threads()).isLessThanOrEqualTo(before);
        await().atMost(LadderToken.LONG).until(() -> hsm.counters().sessionsOpen() <= 64 + ANCHOR);
        assertThat(hsm.counters().calls("C_Finalize"))
                .as("nobody finalised under a stuck call")
                .isZero();
    }

    @Test
    void hangs_that_do_not_end_stop_at_max_stuck_and_only_then_is_a_restart_asked_for() throws Exception {
        open(SESSIONS, 8);
        try (Load load = Load.on(hsm)) {
            Injection hang = hsm.module.inject(Fault.hang("C_Encrypt"));
            await().until(() -> hsm.state().stuck() >= SESSIONS);
            assertThat(hsm.token.hopeless()).isEmpty();
            assertThat(hsm.awaitDown()).contains("a call has been inside the PKCS#11 module for more than 1000 ms");
            await().atMost(LadderToken.LONG).until(() -> hsm.state().stuck() == 8);

            assertThat(hsm.token.hopeless().orElseThrow())
                    .contains("8 calls hang")
                    .contains("max-stuck")
                    .contains("only a restart");
            await().until(() -> hsm.state().reason().contains("only a restart"));
            for (int i = 0; i < 100; i++) {
                assertThatThrownBy(hsm::seal).isInstanceOf(Unavailable.class).hasMessageContaining("out of reach");
            }
            assertThat(hsm.counters().hanging()).isEqualTo(8);
            assertThat(hsm.counters().injected("C_Encrypt")).isEqualTo(8);

            hang.lift();
            awaitNobodyStuck();
            hsm.awaitUp();
            load.awaitServed();
        }
        assertThat(hsm.token.hopeless()).isEmpty();
        assertThat(hsm.counters().calls("C_Finalize")).isZero();
    }

    @Test
    void an_hsm_that_hangs_while_it_is_looked_for_costs_one_thread_and_is_found_when_it_answers() throws Exception {
        open(SESSIONS, 8);
        try (Load load = Load.on(hsm)) {
            Injection absence = hsm.module.inject(Fault.tokenAbsent());
            hsm.awaitDown();
            Injection hang = hsm.module.inject(Fault.hang("C_OpenSession").times(1));
            absence.lift();
            await().atMost(LadderToken.LONG).until(() -> hsm.state().stuck() == 1);
            hsm.awaitUp();
            load.awaitServed();
            assertThat(hsm.counters().hanging()).isEqualTo(1);

            hang.lift();
            awaitNobodyStuck();
            load.awaitServed();
        }
        assertThat(hsm.counters().injected("C_OpenSession")).isPositive();
        await().atMost(LadderToken.LONG).until(() -> hsm.counters().sessionsOpen() <= SESSIONS + ANCHOR);
        assertThat(hsm.counters().tokenRemovals()).isEqualTo(1);
    }

    @Test
    void while_a_login_hangs_no_second_one_follows_it() throws Exception {
        open(SESSIONS, 8);
        try (Load load = Load.on(hsm)) {
            Injection hang = hsm.module.inject(Fault.hang("C_Login"));
            hsm.module.dropLogin();
            await().atMost(LadderToken.LONG).until(() -> hsm.state().stuck() == 1);
            await().atMost(LadderToken.LONG)
                    .until(() -> hsm.state().reason().contains("a login to token 'kekkai' is still without an answer"));

            assertThat(hsm.counters().calls("C_Login"))
                    .as("the first, and the one that hangs")
                    .isEqualTo(2);
            hang.lift();
            awaitNobodyStuck();
            hsm.awaitUp();
            load.awaitServed();
        }
        assertThat(hsm.counters().injected("C_Login")).isEqualTo(1);
        assertThat(hsm.counters().loginsRefused()).isZero();
    }

    @Test
    void the_module_is_not_finalised_under_a_call_that_hangs_but_as_soon_as_it_has_ended() throws Exception {
        open(SESSIONS, 8);
        try (Load load = Load.on(hsm)) {
            Injection hang = hsm.module.inject(Fault.hang("C_Encrypt").times(1));
            await().until(() -> hsm.state().stuck() == 1);
            Injection absence = hsm.module.inject(Fault.tokenAbsent().untilInitialize());
            hsm.awaitDown();
            absence.lift();
            await().atMost(LadderToken.LONG)
                    .until(() -> hsm.state().reason().contains("keeps it from being initialised again"));
            assertThat(hsm.counters().calls("C_Finalize")).isZero();

            hang.lift();
            awaitNobodyStuck();
            hsm.awaitUp();
            load.awaitServed();
        }
        assertThat(hsm.counters().calls("C_Finalize")).isPositive();
        assertThat(hsm.counters().hanging()).isZero();
    }

    @Test
    void an_hsm_that_hangs_at_the_start_is_given_up_with_its_reason_and_not_finalised() throws Exception {
        SoftHsmToken softHsm = SoftHsmToken.in(folder);
        FaultyModule module = FaultyModule.before(SoftHsmToken.MODULE, folder, softHsm.environment());
        Injection hang = module.inject(Fault.hang("C_Login"));

        assertThatThrownBy(() -> LadderToken.open(
                        module, softHsm, folder, new TokenLife.Bounds(SESSIONS, Duration.ofMillis(200), 8)))
                .isInstanceOf(Unavailable.class)
                .hasMessageContaining("did not answer while the token was being opened");
        assertThat(module.counters().hanging()).isEqualTo(1);
        assertThat(module.counters().calls("C_Finalize")).isZero();

        hang.lift();
        await().until(() -> module.counters().sessionsOpen() == 0);
        // What a process leaves to its end, the next test of this one cannot.
        new PKCS11Implementation(module.path().toString()).C_Finalize(null);
    }
}
