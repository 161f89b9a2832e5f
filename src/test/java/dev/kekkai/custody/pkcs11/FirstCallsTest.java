package dev.kekkai.custody.pkcs11;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.kekkai.custody.CustodyException.Misconfigured;
import dev.kekkai.custody.CustodyException.Unavailable;
import dev.kekkai.testing.pkcs11.Fault;
import dev.kekkai.testing.pkcs11.FaultyModule.Injection;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FirstCallsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @TempDir
    Path folder;

    @Test
    void a_first_call_that_hangs_ends_the_start_with_a_reason() throws Exception {
        try (FaultyToken token = FaultyToken.in(folder);
                Injection hang = token.module.inject(Fault.hang("C_GetSlotList"))) {
            assertThatThrownBy(() -> FirstCalls.within(Duration.ofMillis(300), () -> token.cryptoki.token("faulty")))
                    .isInstanceOf(Unavailable.class)
                    .hasMessageContaining("while it was being opened");
            assertThat(token.module.counters().hanging()).isEqualTo(1);

            hang.lift();
            await().atMost(PATIENCE).until(() -> token.module.counters().hanging() == 0);
        }
    }

    @Test
    void what_they_find_and_why_they_fail_reaches_who_asked() throws Exception {
        assertThat(FirstCalls.within(PATIENCE, () -> "found")).isEqualTo("found");
        assertThatThrownBy(() -> FirstCalls.within(PATIENCE, () -> {
                    throw new Misconfigured("no such token");
                }))
                .isInstanceOf(Misconfigured.class)
                .hasMessage("no such token");
    }

    @Test
    void while_the_module_is_initialised_again_nobody_else_goes_in() throws Exception {
        try (FaultyToken token = FaultyToken.in(folder)) {
            long slot = token.slot();
            TokenIdentity known = token.cryptoki.token("faulty");
            CompletableFuture<Void> again;
            try (Injection hang = token.module.inject(Fault.hang("C_Finalize"))) {
                again = CompletableFuture.runAsync(() -> {
                    try {
                        token.cryptoki.reinitialize();
                    } catch (Unavailable e) {
                        throw new IllegalStateException(e);
                    }
                });
                await().atMost(PATIENCE).until(() -> token.module.counters().hanging() == 1);

                assertThat(FaultyToken.answer(() -> token.cryptoki.openSession(slot, false, () -> true)))
                        .isEqualTo("CKR_CRYPTOKI_NOT_INITIALIZED");
                assertThatThrownBy(() -> token.cryptoki.again(known)).isInstanceOf(Unavailable.class);
                assertThatThrownBy(token.cryptoki::reinitialize).isInstanceOf(Unavailable.class);
                hang.lift();
            }
            again.get(PATIENCE.toSeconds(), java.util.concurrent.TimeUnit.SECONDS);

            assertThat(token.cryptoki.again(known).serial()).isEqualTo(known.serial());
        }
    }
}
