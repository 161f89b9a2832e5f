package dev.kekkai.custody.pkcs11;

import static dev.kekkai.custody.pkcs11.FaultyToken.DATA;
import static dev.kekkai.custody.pkcs11.FaultyToken.answer;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.xipki.pkcs11.wrapper.PKCS11Constants.CKM_AES_KEY_GEN;

import dev.kekkai.testing.pkcs11.Fault;
import dev.kekkai.testing.pkcs11.FaultyModule.Injection;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Faults of single calls. */
class FaultyCallsTest {
    @TempDir
    Path folder;

    private FaultyToken token;

    @BeforeEach
    void open() throws Exception {
        token = FaultyToken.in(folder);
    }

    @AfterEach
    void close() {
        token.close();
    }

    @Test
    void without_faults_a_key_made_through_it_seals_and_opens() throws Exception {
        byte[] box = token.seal();

        assertThat(box).hasSize(DATA.length + 16);
        assertThat(token.open(box)).isEqualTo(DATA);
        assertThat(token.module.counters().calls("C_GenerateKey")).isEqualTo(1);
        assertThat(token.module.counters().calls("C_Encrypt")).isEqualTo(1);
        assertThat(token.module.counters().calls("C_Decrypt")).isEqualTo(1);
        assertThat(token.module.counters().injected("C_Encrypt")).isZero();
        assertThat(token.module.counters().sessionsOpen()).isEqualTo(1);
        assertThat(token.module.counters().logins()).isEqualTo(1);
    }

    @Test
    void latency_is_the_least_that_a_call_lasts_and_hardly_more() throws Exception {
        try (Injection _ = token.module.inject(Fault.latency("C_Encrypt", Duration.ofMillis(2)))) {
            List<Long> micros = microsOfTwentySeals();
            assertThat(micros).allSatisfy(each -> assertThat(each).isGreaterThanOrEqualTo(2_000));
            assertThat(Collections.min(micros)).isLessThan(2_500);
        }
        assertThat(token.module.counters().delayed("C_Encrypt")).isEqualTo(20);

        assertThat(Collections.min(microsOfTwentySeals())).isLessThan(2_000);
        assertThat(token.module.counters().delayed("C_Encrypt")).isEqualTo(20);
    }

    @Test
    void jitter_spreads_latency() throws Exception {
        token.module.inject(
                Fault.latency("C_Encrypt", Duration.ofNanos(500_000)).jitter(Duration.ofMillis(4)));

        List<Long> micros = microsOfTwentySeals();

        assertThat(micros).allSatisfy(each -> assertThat(each).isGreaterThanOrEqualTo(500));
        assertThat(Collections.max(micros) - Collections.min(micros)).isGreaterThan(1_000);
    }

    private List<Long> microsOfTwentySeals() throws Exception {
        List<Long> micros = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            long start = System.nanoTime();
            token.seal();
            micros.add((System.nanoTime() - start) / 1_000);
        }
        return micros;
    }

    @Test
    void a_failure_comes_after_so_many_calls_so_many_times_and_leaves_the_session_well() throws Exception {
        token.seal();
        token.module.inject(Fault.fail("C_Encrypt", "CKR_DEVICE_ERROR").after(2).times(3));

        List<String> answers = new ArrayList<>();
        for (int i = 0; i < 7; i++) {
            answers.add(answer(token::seal));
        }

        assertThat(answers)
                .containsExactly(
                        "CKR_OK",
                        "CKR_OK",
                        "CKR_DEVICE_ERROR",
                        "CKR_DEVICE_ERROR",
                        "CKR_DEVICE_ERROR",
                        "CKR_OK",
                        "CKR_OK");
        assertThat(token.module.counters().injected("C_Encrypt")).isEqualTo(3);
    }

    @Test
    void a_failure_of_every_function_ends_when_it_is_lifted() throws Exception {
        byte[] box = token.seal();
        try (Injection _ = token.module.inject(Fault.fail(Fault.ANY, "CKR_FUNCTION_FAILED"))) {
            assertThat(answer(() -> token.open(box))).isEqualTo("CKR_FUNCTION_FAILED");
            assertThat(answer(() -> FaultyToken.find(token.session, FaultyToken.ID)))
                    .isEqualTo("CKR_FUNCTION_FAILED");
        }

        assertThat(token.open(box)).isEqualTo(DATA);
        assertThat(token.module.counters().injected("C_DecryptInit")).isEqualTo(1);
        assertThat(token.module.counters().injected("C_FindObjectsInit")).isEqualTo(1);
    }

    @Test
    void other_faults_come_and_go_without_a_fault_starting_to_count_again() throws Exception {
        token.module.inject(Fault.fail("C_Encrypt", "CKR_DEVICE_ERROR").times(1));
        assertThat(answer(token::seal)).isEqualTo("CKR_DEVICE_ERROR");

        token.module
                .inject(Fault.latency("C_Decrypt", Duration.ofNanos(500_000)))
                .lift();
        assertThat(answer(token::seal)).isEqualTo("CKR_OK");

        token.module.inject(Fault.fail("C_Encrypt", "CKR_DEVICE_ERROR").times(1));
        assertThat(answer(token::seal)).isEqualTo("CKR_DEVICE_ERROR");
    }

    @Test
    void a_late_failure_has_done_its_work() throws Exception {
        byte[] id = {2};
        try (Injection _ = token.module.inject(Fault.failLate("C_GenerateKey", "CKR_DEVICE_ERROR"))) {
            assertThat(answer(() -> generate(id))).isEqualTo("CKR_DEVICE_ERROR");
        }
        assertThat(FaultyToken.find(token.session, id)).hasSize(1);
        assertThat(token.module.counters().injected("C_GenerateKey")).isEqualTo(1);

        byte[] third = {3};
        assertThat(answer(() -> generate(third))).isEqualTo("CKR_OK");
    }

    private void generate(byte[] id) throws Exception {
        token.session.generateKey(Attributes.mechanism(CKM_AES_KEY_GEN, null), FaultyToken.template(id));
    }

    @Test
    void a_hang_holds_one_call_and_no_other_and_goes_on_when_it_is_lifted() throws Exception {
        Injection hang = token.module.inject(Fault.hang("C_Encrypt").times(1));
        CompletableFuture<byte[]> held = token.sealElsewhere();
        await().until(() -> token.module.counters().hanging() == 1);

        byte[] box = token.seal();
        assertThat(held).isNotDone();

        hang.lift();
        assertThat(held.get(5, TimeUnit.SECONDS)).isEqualTo(box);
        assertThat(token.module.counters().hanging()).isZero();
        assertThat(token.module.counters().injected("C_Encrypt")).isEqualTo(1);
    }

    @Test
    void a_hang_for_ever_is_not_ended_by_lifting_it() throws Exception {
        Injection hang = token.module.inject(Fault.hangForever("C_Encrypt").times(1));
        CompletableFuture<byte[]> held = token.sealElsewhere();
        await().until(() -> token.module.counters().hanging() == 1);

        hang.lift();
        assertThat(answer(token::seal)).isEqualTo("CKR_OK");

        await().during(Duration.ofMillis(100)).until(() -> !held.isDone());
        assertThat(token.module.counters().hanging()).isEqualTo(1);
    }

    @Test
    void a_crash_ends_the_process_that_calls() throws Exception {
        Injection crash = token.module.inject(Fault.crash("C_GetTokenInfo").after(1));
        assertThat(listedByAnotherProcess()).isEqualTo(128 + 11);
        assertThat(token.module.counters().injected("C_GetTokenInfo")).isEqualTo(1);

        crash.lift();
        assertThat(listedByAnotherProcess()).isZero();
    }

    private int listedByAnotherProcess() throws Exception {
        Process process = new ProcessBuilder(
                        "pkcs11-tool", "--module", token.module.path().toString(), "-L")
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("listed").toFile())
                .start();
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        return process.exitValue();
    }

    @Test
    void a_lie_changes_one_bit_of_the_plaintext_once() throws Exception {
        byte[] box = token.seal();
        token.module.inject(Fault.corrupt("C_Decrypt").times(1));
        byte[] lie = DATA.clone();
        lie[0] ^= 1;

        assertThat(token.open(box)).isEqualTo(lie);
        assertThat(token.open(box)).isEqualTo(DATA);
        assertThat(token.module.counters().injected("C_Decrypt")).isEqualTo(1);
    }
}
