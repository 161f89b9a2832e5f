package dev.kekkai.custody.pkcs11;

import static dev.kekkai.custody.pkcs11.OpenToken.result;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.xipki.pkcs11.wrapper.PKCS11Constants.*;

import dev.kekkai.custody.CustodyException.KeyMissing;
import dev.kekkai.custody.CustodyException.Overloaded;
import dev.kekkai.custody.CustodyException.Unavailable;
import iaik.pkcs.pkcs11.wrapper.PKCS11Exception;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WorkerPoolTest {
    private static final int PLACES = 1024;

    private final FaultyModule module = new FaultyModule();
    private final StuckThreads stuck = new StuckThreads(4);
    private final TokenLink link = new TokenLink(FaultyModule.token(), stuck, () -> {});
    private final WorkerPool workers = new WorkerPool(link, module.cryptoki(), stuck, 1, Duration.ofSeconds(10));
    private final CompletableFuture<Void> gate = new CompletableFuture<>();
    private final CompletableFuture<Void> begun = new CompletableFuture<>();

    @BeforeEach
    void put_the_link_up() {
        link.up(FaultyModule.token(), 0);
    }

    @AfterEach
    void end_them() {
        gate.complete(null);
        link.close();
        workers.close();
    }

    @Test
    void a_session_is_kept_from_one_task_to_the_next() throws Exception {
        workers.fill();

        Pkcs11Session first = session();

        assertThat(session()).isSameAs(first);
        assertThat(module.calls("C_OpenSession")).isEqualTo(1);
    }

    @Test
    void a_session_refuses_every_thread_but_its_own() throws Exception {
        workers.fill();
        Pkcs11Session leaked = session();

        assertThatThrownBy(leaked::find)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("kekkai-hsm-1")
                .hasMessageContaining(Thread.currentThread().getName());
        assertThatThrownBy(() -> leaked.encrypt(Attributes.mechanism(CKM_AES_GCM, null), 1, new byte[1]))
                .isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(leaked::close).isInstanceOf(IllegalStateException.class);
        assertThat(module.calls("C_FindObjectsInit") + module.calls("C_EncryptInit") + module.calls("C_CloseSession"))
                .isZero();
    }

    @Test
    void when_all_places_are_taken_the_next_is_refused_at_once_and_the_others_are_served() throws Exception {
        blockTheWorker();
        List<CompletableFuture<Integer>> waiting = new ArrayList<>();
        for (int i = 0; i < PLACES; i++) {
            int number = i;
            waiting.add(workers.submit(session -> number));
        }

        assertThatThrownBy(() -> result(workers.submit(session -> "one too many")))
                .isInstanceOf(Overloaded.class)
                .hasMessageContaining("1024");

        gate.complete(null);
        for (int i = 0; i < PLACES; i++) {
            assertThat(result(waiting.get(i))).isEqualTo(i);
        }
    }

    @Test
    void work_that_was_given_up_before_its_turn_is_passed_over() throws Exception {
        blockTheWorker();
        AtomicInteger done = new AtomicInteger();
        CompletableFuture<Integer> givenUp = workers.submit(session -> done.incrementAndGet());
        CompletableFuture<String> next = workers.submit(session -> "next");

        givenUp.cancel(false);
        gate.complete(null);

        assertThat(result(next)).isEqualTo("next");
        assertThat(done).hasValue(0);
    }

    /** Whoever gave it up was told that it failed. */
    @Test
    void work_that_was_given_up_while_a_login_was_under_way_is_not_done_afterwards() throws Exception {
        workers.fill();
        Thread worker = result(workers.submit(session -> Thread.currentThread()));
        AtomicInteger tries = new AtomicInteger();
        CompletableFuture<String> givenUp = workers.submit(session -> {
            tries.incrementAndGet();
            throw new PKCS11Exception(CKR_USER_NOT_LOGGED_IN);
        });
        await().until(() -> link.state() instanceof LinkState.LoggingIn && worker.getState() == Thread.State.WAITING);

        givenUp.cancel(false);
        link.up(FaultyModule.token(), 0);

        assertThat(session()).isNotNull();
        assertThat(tries).hasValue(1);
    }

    @Test
    void a_result_that_nobody_waits_for_any_more_is_handed_back() throws Exception {
        workers.fill();
        CompletableFuture<String> handedBack = new CompletableFuture<>();
        CompletableFuture<String> task = workers.submit(
                session -> {
                    begun.complete(null);
                    gate.join();
                    return "a DEK";
                },
                handedBack::complete);
        result(begun);

        task.cancel(false);
        gate.complete(null);

        assertThat(result(handedBack)).isEqualTo("a DEK");
    }

    @Test
    void a_result_that_is_taken_is_not_handed_back() throws Exception {
        workers.fill();
        AtomicInteger handedBack = new AtomicInteger();

        String taken = result(workers.submit(session -> "a DEK", unclaimed -> handedBack.incrementAndGet()));
        workers.close();

        assertThat(taken).isEqualTo("a DEK");
        assertThat(handedBack).hasValue(0);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "CKR_DATA_LEN_RANGE",
                "CKR_DATA_INVALID",
                "CKR_MECHANISM_PARAM_INVALID",
                "CKR_KEY_FUNCTION_NOT_PERMITTED"
            })
    void what_a_token_does_not_do_with_a_callers_bytes_fails_that_caller_and_never_the_token(String code) {
        workers.fill();
        for (int i = 0; i < 20; i++) {
            module.fail("C_EncryptInit", org.xipki.pkcs11.wrapper.PKCS11Constants.ckrNameToCode(code));
            assertThatThrownBy(() -> result(workers.submit(
                            session -> session.encrypt(Attributes.mechanism(CKM_AES_GCM, null), 1, new byte[1]))))
                    .isInstanceOf(Unavailable.class)
                    .hasMessageContaining(code);
        }

        assertThat(module.calls("C_EncryptInit")).isEqualTo(20);
        assertThat(link.state()).isInstanceOf(LinkState.Up.class);
    }

    @Test
    void closing_fails_what_waits_and_what_comes_later() throws Exception {
        blockTheWorker();
        CompletableFuture<String> waiting = workers.submit(session -> "never");

        link.close();
        CompletableFuture<Void> closing = CompletableFuture.runAsync(workers::close);

        assertThatThrownBy(() -> result(waiting)).isInstanceOf(Unavailable.class);
        assertThatThrownBy(() -> result(workers.submit(session -> "never"))).isInstanceOf(Unavailable.class);
        gate.complete(null);
        result(closing);
    }

    @Test
    void closing_ends_the_threads_and_closes_their_sessions() throws Exception {
        workers.fill();
        Thread thread = result(workers.submit(session -> Thread.currentThread()));

        workers.close();

        await().until(() -> !thread.isAlive());
        assertThat(module.calls("C_CloseSession")).isEqualTo(1);
    }

    @Test
    void a_lost_session_is_replaced_and_the_task_done_again_once() throws Exception {
        workers.fill();
        AtomicInteger tries = new AtomicInteger();

        String answer = result(workers.submit(session -> {
            if (tries.incrementAndGet() == 1) {
                throw new PKCS11Exception(CKR_SESSION_HANDLE_INVALID);
            }
            return "well";
        }));

        assertThat(answer).isEqualTo("well");
        assertThat(module.calls("C_OpenSession")).isEqualTo(2);
    }

    @Test
    void a_session_that_is_lost_twice_is_not_tried_a_third_time() throws Exception {
        workers.fill();
        AtomicInteger tries = new AtomicInteger();

        assertThatThrownBy(() -> result(workers.submit(session -> {
                    tries.incrementAndGet();
                    throw new PKCS11Exception(CKR_SESSION_CLOSED);
                })))
                .isInstanceOf(Unavailable.class)
                .hasMessageContaining("CKR_SESSION_CLOSED");

        assertThat(tries).hasValue(2);
        assertThat(session()).isNotNull();
    }

    @Test
    void a_failing_device_is_named_not_retried_and_opens_the_breaker() throws Exception {
        workers.fill();
        AtomicInteger tries = new AtomicInteger();

        assertThatThrownBy(() -> result(workers.submit(session -> {
                    tries.incrementAndGet();
                    throw new PKCS11Exception(CKR_DEVICE_REMOVED);
                })))
                .isInstanceOf(Unavailable.class)
                .hasMessageContaining("CKR_DEVICE_REMOVED");
        await().until(() -> link.refusal() != null);
        assertThatThrownBy(() -> result(workers.submit(session -> tries.incrementAndGet())))
                .isInstanceOf(Unavailable.class)
                .hasMessageContaining("out of reach")
                .hasMessageContaining("CKR_DEVICE_REMOVED");

        assertThat(tries).hasValue(1);
        link.up(FaultyModule.token(), 0);
        assertThat(session()).isNotNull();
    }

    @Test
    void a_task_that_finds_the_hsm_unavailable_gives_up_its_session() throws Exception {
        workers.fill();
        Pkcs11Session before = session();

        assertThatThrownBy(() -> result(workers.submit(session -> {
                    throw new Unavailable("failed a round trip of its own");
                })))
                .isInstanceOf(Unavailable.class);

        assertThat(session()).isNotSameAs(before);
    }

    @Test
    void the_callers_own_fault_costs_no_session() throws Exception {
        workers.fill();
        Pkcs11Session before = session();

        assertThatThrownBy(() -> result(workers.submit(session -> {
                    throw new KeyMissing("no such key");
                })))
                .isInstanceOf(KeyMissing.class);

        assertThat(session()).isSameAs(before);
    }

    @Test
    void what_waits_when_the_token_goes_is_refused_with_the_reason() throws Exception {
        blockTheWorker();
        CompletableFuture<String> waiting = workers.submit(session -> "never");

        link.gone(((LinkState.Up) link.state()).link(), "it was pulled out");
        workers.failWaitingIfRefused();

        assertThatThrownBy(() -> result(waiting))
                .isInstanceOf(Unavailable.class)
                .hasMessageContaining("it was pulled out");
    }

    @Test
    void a_session_that_cannot_be_opened_because_the_token_is_gone_opens_the_breaker() {
        module.fail("C_OpenSession", CKR_TOKEN_NOT_PRESENT);
        workers.fill();

        assertThatThrownBy(() -> result(workers.submit(session -> "never")))
                .isInstanceOf(Unavailable.class)
                .hasMessageContaining("CKR_TOKEN_NOT_PRESENT");
        await().until(() -> link.refusal() != null);
    }

    @Test
    void failures_that_say_nothing_open_the_breaker_when_five_come_in_a_row() throws Exception {
        workers.fill();
        for (int i = 1; i <= 4; i++) {
            failsGenerally();
        }
        assertThat(session()).as("a success wipes the first four out").isNotNull();
        for (int i = 1; i <= 4; i++) {
            failsGenerally();
        }
        assertThat(link.refusal()).isNull();

        failsGenerally();

        await().until(() -> link.refusal() != null);
        assertThat(link.refusal())
                .hasMessageContaining("5 failures in a row")
                .hasMessageContaining("CKR_GENERAL_ERROR");
    }

    private void failsGenerally() {
        assertThatThrownBy(() -> result(workers.submit(session -> {
                    throw new PKCS11Exception(CKR_GENERAL_ERROR);
                })))
                .isInstanceOf(Unavailable.class);
    }

    @Test
    void work_that_may_have_written_is_not_done_twice() throws Exception {
        workers.fill();
        AtomicInteger tries = new AtomicInteger();

        assertThatThrownBy(() -> result(workers.submitWriting(session -> {
                    tries.incrementAndGet();
                    session.destroy(1);
                    throw new PKCS11Exception(CKR_SESSION_HANDLE_INVALID);
                })))
                .isInstanceOf(Unavailable.class)
                .hasMessageContaining("look before you repeat it");

        assertThat(tries).hasValue(1);
        assertThat(module.calls("C_DestroyObject")).isEqualTo(1);
    }

    @Test
    void work_that_has_not_written_yet_is_done_again_in_another_writing_session() throws Exception {
        workers.fill();
        AtomicInteger tries = new AtomicInteger();

        String answer = result(workers.submitWriting(session -> {
            if (tries.incrementAndGet() == 1) {
                throw new PKCS11Exception(CKR_SESSION_HANDLE_INVALID);
            }
            return "done";
        }));

        assertThat(answer).isEqualTo("done");

        assertThat(module.calls("C_OpenSession")).isEqualTo(2);
        assertThat(module.calls("C_CloseSession")).isEqualTo(2);
    }

    @Test
    void an_unforeseen_failure_reaches_its_caller_and_the_worker_lives_on() throws Exception {
        workers.fill();

        assertThatThrownBy(() -> result(workers.submit(session -> {
                    throw new IllegalStateException("a defect");
                })))
                .hasRootCauseMessage("a defect");
        assertThat(session()).isNotNull();
    }

    /** The worker's session, which it only answers with if it is well. */
    private Pkcs11Session session() throws Exception {
        return result(workers.submit(session -> session));
    }

    private void blockTheWorker() throws Exception {
        workers.fill();
        CompletableFuture<Void> unused = workers.submit(session -> {
            begun.complete(null);
            return gate.join();
        });
        result(begun);
    }
}
