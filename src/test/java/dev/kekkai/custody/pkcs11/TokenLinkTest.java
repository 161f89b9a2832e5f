package dev.kekkai.custody.pkcs11;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.kekkai.custody.CustodyException.PinRefused;
import dev.kekkai.custody.CustodyException.Unavailable;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class TokenLinkTest {
    private final AtomicInteger changes = new AtomicInteger();
    private final StuckThreads stuck = new StuckThreads(2);
    private final TokenLink link = new TokenLink(FaultyModule.token(), stuck, changes::incrementAndGet);

    private Link up() throws Exception {
        link.up(FaultyModule.token(), 0);
        Link now = link.enter();
        link.leave();
        return now;
    }

    private CompletableFuture<Link> entering() {
        CompletableFuture<Link> entered = new CompletableFuture<>();
        Thread.ofVirtual().start(() -> {
            try {
                entered.complete(link.enter());
            } catch (Unavailable | InterruptedException e) {
                entered.completeExceptionally(e);
            }
        });
        return entered;
    }

    @Test
    void old_news_about_a_link_that_is_no_more_change_nothing() throws Exception {
        Link old = up();
        Link now = up();

        link.gone(old, "long ago");
        link.loginLost(old);
        assertThat(link.enter()).isEqualTo(now);

        link.gone(now, "just now");
        assertThatThrownBy(link::enter).isInstanceOf(Unavailable.class).hasMessageContaining("just now");
    }

    @Test
    void who_comes_during_a_login_waits_for_how_it_ends() throws Exception {
        Link before = up();
        link.loginLost(before);
        CompletableFuture<Link> waiting = entering();
        assertThat(waiting).isNotDone();

        link.up(FaultyModule.token(), 0);

        assertThat(waiting.get(5, TimeUnit.SECONDS).generation()).isGreaterThan(before.generation());
    }

    @Test
    void a_login_that_fails_refuses_those_who_waited_with_the_reason() throws Exception {
        link.loginLost(up());
        CompletableFuture<Link> waiting = entering();

        link.stillDown(new PinRefused("the PIN was refused"));

        assertThatThrownBy(() -> waiting.get(5, TimeUnit.SECONDS))
                .hasCauseInstanceOf(Unavailable.class)
                .hasMessageContaining("logged this process out")
                .hasMessageContaining("the PIN was refused");
    }

    @Test
    void the_first_cause_and_the_latest_attempt_are_told() throws Exception {
        link.gone(up(), "it was pulled out");
        link.stillDown(new Unavailable("no token"));
        link.stillDown(new Unavailable("still no token"));

        assertThat(link.refusal())
                .hasMessageContaining("it was pulled out; not back yet: still no token")
                .hasMessageNotContaining("back yet: no token");
    }

    @Test
    void a_hang_puts_it_down_only_if_nobody_had_an_answer_since() throws Exception {
        Link now = up();
        long before = System.nanoTime();
        link.succeeded();
        link.hung(now, before, "a call hangs");
        assertThat(link.refusal()).isNull();

        link.hung(now, System.nanoTime(), "a call hangs");
        assertThat(link.refusal()).hasMessageContaining("a call hangs");
    }

    @Test
    void after_a_hang_one_goes_in_alone_and_the_others_when_it_had_an_answer() throws Exception {
        link.hung(up(), System.nanoTime(), "a call hangs");
        link.up(FaultyModule.token(), 0);
        link.enter();
        CompletableFuture<Link> second = entering();
        assertThat(second).isNotDone();

        link.succeeded();

        assertThat(second.get(5, TimeUnit.SECONDS)).isNotNull();
    }

    @Test
    void no_more_go_in_than_could_hang() throws Exception {
        up();
        stuck.writtenOff();
        link.enter();
        CompletableFuture<Link> second = entering();
        assertThat(second).isNotDone();

        link.leave();

        assertThat(second.get(5, TimeUnit.SECONDS)).isNotNull();
    }

    @Test
    void it_is_empty_when_the_last_has_left() throws Exception {
        up();
        link.enter();
        assertThat(link.awaitEmpty(Duration.ofMillis(1))).isFalse();

        link.leave();

        assertThat(link.awaitEmpty(Duration.ofSeconds(5))).isTrue();
    }

    @Test
    void each_change_is_told_once_and_closing_is_the_last() throws Exception {
        Link now = up();
        link.gone(now, "gone");
        link.gone(now, "gone again");
        link.close();
        link.up(FaultyModule.token(), 0);

        assertThat(changes).hasValue(3);
        assertThatThrownBy(link::enter).isInstanceOf(Unavailable.class).hasMessageContaining("is stopping");
        await().until(() -> link.awaitTrouble() instanceof LinkState.Closed);
    }
}
