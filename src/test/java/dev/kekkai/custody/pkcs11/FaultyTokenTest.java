package dev.kekkai.custody.pkcs11;

import static dev.kekkai.custody.pkcs11.FaultyToken.AAD;
import static dev.kekkai.custody.pkcs11.FaultyToken.DATA;
import static dev.kekkai.custody.pkcs11.FaultyToken.ID;
import static dev.kekkai.custody.pkcs11.FaultyToken.IV;
import static dev.kekkai.custody.pkcs11.FaultyToken.PIN;
import static dev.kekkai.custody.pkcs11.FaultyToken.answer;
import static dev.kekkai.custody.pkcs11.FaultyToken.gcm;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.kekkai.custody.CustodyException.Misconfigured;
import dev.kekkai.testing.pkcs11.Counters;
import dev.kekkai.testing.pkcs11.Fault;
import dev.kekkai.testing.pkcs11.FaultyModule.Injection;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Faults of the token as a whole: sessions, login, presence. */
class FaultyTokenTest {
    @TempDir
    Path folder;

    private FaultyToken token;
    private byte[] box;

    @BeforeEach
    void open() throws Exception {
        token = FaultyToken.in(folder);
        box = token.seal();
    }

    @AfterEach
    void close() {
        token.close();
    }

    private Counters counters() {
        return token.module.counters();
    }

    /** Opens the box with a key found anew in this session. */
    private byte[] openIn(Pkcs11Session session) throws Exception {
        return session.decrypt(gcm(IV), FaultyToken.find(session, ID)[0], box);
    }

    @Test
    void dropped_sessions_take_login_and_key_handles_with_them() throws Exception {
        token.module.dropSessions();

        assertThat(answer(token::seal)).isEqualTo("CKR_SESSION_HANDLE_INVALID");
        assertThat(counters().sessionDrops()).isEqualTo(1);
        assertThat(counters().staleSessions()).isEqualTo(1);
        assertThat(counters().sessionsOpen()).isZero();

        Pkcs11Session fresh = token.open();
        assertThat(answer(() -> FaultyToken.find(fresh, ID))).isEqualTo("CKR_USER_NOT_LOGGED_IN");
        fresh.login(PIN.toCharArray());
        assertThat(answer(() -> fresh.decrypt(gcm(IV), token.key, box))).isEqualTo("CKR_KEY_HANDLE_INVALID");
        assertThat(answer(() -> fresh.destroy(token.key))).isEqualTo("CKR_OBJECT_HANDLE_INVALID");
        assertThat(counters().staleObjects()).isEqualTo(2);
        assertThat(FaultyToken.find(fresh, ID)).hasSize(1).doesNotContain(token.key);
        assertThat(openIn(fresh)).isEqualTo(DATA);
        assertThat(counters().sessionDrops()).isEqualTo(1);
    }

    @Test
    void a_dropped_login_stops_private_keys_until_the_next_login() throws Exception {
        token.module.dropLogin();

        assertThat(answer(token::seal)).isEqualTo("CKR_USER_NOT_LOGGED_IN");
        assertThat(answer(() -> FaultyToken.find(token.session, ID))).isEqualTo("CKR_USER_NOT_LOGGED_IN");
        assertThat(counters().loginDrops()).isEqualTo(1);
        assertThat(counters().injected("C_EncryptInit")).isEqualTo(1);
        assertThat(counters().sessionsOpen()).isEqualTo(1);

        token.session.login(PIN.toCharArray());
        assertThat(answer(token::seal)).isEqualTo("CKR_KEY_HANDLE_INVALID");
        assertThat(openIn(token.session)).isEqualTo(DATA);
        assertThat(counters().logins()).isEqualTo(2);
    }

    @Test
    void an_operation_under_way_does_not_outlive_its_login() throws Exception {
        Injection hang = token.module.inject(Fault.hang("C_Encrypt"));
        CompletableFuture<byte[]> held = token.sealElsewhere();
        await().until(() -> counters().hanging() == 1);

        token.module.dropLogin();
        assertThat(answer(() -> FaultyToken.find(token.session, ID))).isEqualTo("CKR_USER_NOT_LOGGED_IN");
        hang.lift();

        assertThat(answer(() -> answerOf(held))).isEqualTo("CKR_USER_NOT_LOGGED_IN");
    }

    private static void answerOf(CompletableFuture<byte[]> held) throws Exception {
        try {
            held.get(5, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw (Exception) e.getCause();
        }
    }

    @Test
    void a_removed_token_is_seen_by_nobody_and_comes_back_logged_out() throws Exception {
        long slot = token.slot();
        Injection absence = token.module.inject(Fault.tokenAbsent());

        assertThat(answer(token::seal)).isEqualTo("CKR_DEVICE_REMOVED");
        assertThatThrownBy(token::slot)
                .isInstanceOf(Misconfigured.class)
                .hasMessageContaining("the module shows no token at all");
        assertThat(answer(() -> token.cryptoki.openSession(slot, false, () -> true)))
                .isEqualTo("CKR_TOKEN_NOT_PRESENT");
        assertThat(counters().tokenRemovals()).isEqualTo(1);
        assertThat(counters().injected("C_EncryptInit")).isEqualTo(1);
        assertThat(counters().injected("C_OpenSession")).isEqualTo(1);
        assertThat(counters().sessionsOpen()).isZero();

        absence.lift();
        assertThat(token.slot()).isEqualTo(slot);
        assertThat(answer(token::seal)).isEqualTo("CKR_SESSION_HANDLE_INVALID");
        Pkcs11Session fresh = token.open();
        assertThat(answer(() -> FaultyToken.find(fresh, ID))).isEqualTo("CKR_USER_NOT_LOGGED_IN");
        fresh.login(PIN.toCharArray());
        assertThat(openIn(fresh)).isEqualTo(DATA);
    }

    @Test
    void a_removed_token_answers_as_told_and_may_come_back_in_another_slot() throws Exception {
        long before = token.slot();
        Injection absence = token.module.inject(
                Fault.tokenAbsent().answering("CKR_DEVICE_ERROR").returningInAnotherSlot());
        assertThat(answer(token::seal)).isEqualTo("CKR_DEVICE_ERROR");

        absence.lift();
        assertThat(token.slot()).isNotEqualTo(before);
        assertThat(answer(() -> token.cryptoki.openSession(before, false, () -> true)))
                .isEqualTo("CKR_SLOT_ID_INVALID");
        Pkcs11Session fresh = token.open();
        fresh.login(PIN.toCharArray());
        assertThat(openIn(fresh)).isEqualTo(DATA);
    }

    @Test
    void a_removed_token_may_stay_away_until_the_module_is_initialised_again() throws Exception {
        Injection absence = token.module.inject(Fault.tokenAbsent().untilInitialize());
        assertThat(answer(token::seal)).isEqualTo("CKR_DEVICE_REMOVED");
        absence.lift();
        assertThatThrownBy(token::slot).isInstanceOf(Misconfigured.class);

        token.cryptoki.close();
        token.cryptoki = token.initialize();

        Pkcs11Session fresh = token.open();
        fresh.login(PIN.toCharArray());
        assertThat(openIn(fresh)).isEqualTo(DATA);
        assertThat(counters().calls("C_Initialize")).isEqualTo(2);
        assertThat(counters().calls("C_Finalize")).isEqualTo(1);
    }

    @Test
    void sessions_and_keys_of_before_a_new_initialisation_are_not_known_after_it() throws Exception {
        token.cryptoki.close();
        assertThat(answer(token::seal)).isEqualTo("CKR_CRYPTOKI_NOT_INITIALIZED");
        token.cryptoki = token.initialize();

        assertThat(answer(token::seal)).isEqualTo("CKR_SESSION_HANDLE_INVALID");
        assertThat(counters().sessionsOpen()).isZero();
        Pkcs11Session fresh = token.open();
        fresh.login(PIN.toCharArray());
        assertThat(answer(() -> fresh.encrypt(gcm(IV), token.key, AAD))).isEqualTo("CKR_KEY_HANDLE_INVALID");
    }

    @Test
    void more_sessions_than_allowed_are_refused_until_one_closes_or_the_limit_goes() throws Exception {
        Injection limit = token.module.inject(Fault.maxSessions(2));
        Pkcs11Session second = token.open();
        assertThat(answer(token::open)).isEqualTo("CKR_SESSION_COUNT");
        assertThat(counters().injected("C_OpenSession")).isEqualTo(1);
        assertThat(counters().sessionsOpen()).isEqualTo(2);

        second.close();
        assertThat(answer(token::open)).isEqualTo("CKR_OK");
        assertThat(answer(token::open)).isEqualTo("CKR_SESSION_COUNT");
        limit.lift();
        assertThat(answer(token::open)).isEqualTo("CKR_OK");
    }

    @Test
    void a_wrong_pin_is_counted_apart_from_logins() throws Exception {
        token.module.dropLogin();

        assertThat(answer(() -> token.session.login("wrong-pin".toCharArray()))).isEqualTo("CKR_PIN_INCORRECT");
        assertThat(answer(() -> token.session.login(PIN.toCharArray()))).isEqualTo("CKR_OK");
        assertThat(counters().loginsRefused()).isEqualTo(1);
        assertThat(counters().logins()).isEqualTo(2);
        assertThat(counters().calls("C_Login")).isEqualTo(3);
    }

    @Test
    void many_threads_meet_faults_that_change_under_them_and_every_one_is_counted() throws Exception {
        AtomicInteger failed = new AtomicInteger();
        List<String> unexpected = new ArrayList<>();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            threads.add(Thread.ofPlatform().start(() -> sealFiveHundred(failed, unexpected)));
        }
        Injection last = token.module.inject(Fault.hang("C_Digest"));
        while (threads.stream().anyMatch(Thread::isAlive)) {
            Injection next = token.module.inject(
                    Fault.fail("C_Encrypt", "CKR_DEVICE_ERROR").times(3));
            last.lift();
            last = next;
        }

        assertThat(unexpected).isEmpty();
        assertThat(failed.get()).isPositive().isEqualTo((int) counters().injected("C_Encrypt"));
        assertThat(counters().calls("C_Encrypt")).isEqualTo(1 + 4 * 500);
    }

    private void sealFiveHundred(AtomicInteger failed, List<String> unexpected) {
        try {
            Pkcs11Session session = token.open();
            for (int i = 0; i < 500; i++) {
                String answer = answer(() ->
                        assertThat(session.encrypt(gcm(IV), token.key, DATA)).isEqualTo(box));
                if (answer.equals("CKR_DEVICE_ERROR")) {
                    failed.incrementAndGet();
                } else if (!answer.equals("CKR_OK")) {
                    throw new AssertionError(answer);
                }
            }
            session.close();
        } catch (Exception | AssertionError e) {
            synchronized (unexpected) {
                unexpected.add(e.toString());
            }
        }
    }

    @Test
    void a_line_that_the_module_does_not_understand_is_no_fault_that_silently_never_comes() throws Exception {
        token.module.inject(Fault.fail("C_Encypt", "CKR_DEVICE_ERROR"));
        token.seal();

        assertThatThrownBy(this::counters)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("did not understand");
    }
}
