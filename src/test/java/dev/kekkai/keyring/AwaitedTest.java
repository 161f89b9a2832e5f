package dev.kekkai.keyring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kekkai.custody.CustodyException.Unavailable;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class AwaitedTest {
    @Test
    void what_is_reported_as_failed_is_given_up() {
        CompletableFuture<String> never = new CompletableFuture<>();

        assertThatThrownBy(() -> Awaited.result(never, Duration.ofMillis(1)))
                .isInstanceOf(Unavailable.class)
                .hasMessageContaining("did not answer within");
        assertThat(never).isCancelled();
    }

    @Test
    void what_comes_in_time_is_the_result() throws Exception {
        assertThat(Awaited.result(CompletableFuture.completedFuture("well"), Duration.ofSeconds(1)))
                .isEqualTo("well");
    }
}
