package dev.kekkai.custody.pkcs11;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.kekkai.custody.CustodyException.Unavailable;
import dev.kekkai.custody.pkcs11.LinkState.Up;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The recovery alone: with the real link, and a token that opens as the test says. */
class RecoveryTest {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final StuckThreads stuck = new StuckThreads(4, Duration.ofMillis(200));
    private final TokenLink link = new TokenLink(FaultyModule.token(), stuck, () -> {});
    private final List<Boolean> openedAfresh = new CopyOnWriteArrayList<>();
    private volatile boolean opens = true;
    private Thread recovering;

    @BeforeEach
    void begin() throws Exception {
        Recovery.Attempt attempt = new Recovery.Attempt() {
            @Override
            public TokenIdentity open(boolean afresh, Presence presence) throws Unavailable {
                openedAfresh.add(afresh);
                if (!opens) {
                    throw new Unavailable("it does not open");
                }
                return FaultyModule.token();
            }

            @Override
            public void close() {}
        };
        Recovery.Pace pace = new Recovery.Pace(
                PATIENCE,
                Duration.ofMillis(10),
                new Backoff(Duration.ofMillis(100), Duration.ofSeconds(1), new Random(1)),
                new Backoff(Duration.ofMillis(100), Duration.ofSeconds(1), new Random(1)));
        recovering = Thread.ofPlatform().start(new Recovery(link, new FaultyModule().cryptoki(), stuck, attempt, pace));
        link.awaitUp();
    }

    @AfterEach
    void end() throws Exception {
        link.close();
        recovering.join(PATIENCE);
    }

    private Link up() {
        await().atMost(PATIENCE).until(() -> link.state() instanceof Up);
        return ((Up) link.state()).link();
    }

    @Test
    void a_token_that_opens_and_then_does_nothing_is_opened_with_pauses_and_afresh() throws Exception {
        long began = System.nanoTime();
        for (int i = 0; i < 5; i++) {
            link.gone(up(), "it does nothing");
        }
        up();

        // 100, 200, 400, 800 and 1,000 ms, each up to a quarter less.
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isGreaterThan(Duration.ofMillis(1_800));
        assertThat(openedAfresh).hasSize(6).startsWith(false, true).endsWith(true);
    }

    @Test
    void a_token_that_was_of_use_is_opened_at_once_and_as_it_is() throws Exception {
        Link first = up();
        link.succeeded();
        link.loginLost(first);
        Link second = up();
        assertThat(second).isNotEqualTo(first);

        link.succeeded();
        link.loginLost(second);
        up();

        assertThat(openedAfresh).containsExactly(false, false, false);
    }

    @Test
    void a_token_that_fails_once_is_opened_at_once_and_one_that_keeps_failing_is_not() {
        long began = System.nanoTime();
        link.succeeded();
        link.gone(up(), "a mishap");
        up();
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(5));
        link.succeeded();
        link.gone(up(), "again");
        long again = System.nanoTime();
        up();
        assertThat(Duration.ofNanos(System.nanoTime() - again)).isGreaterThan(Duration.ofMillis(50));
        assertThat(openedAfresh).doesNotContain(true);
    }

    @Test
    void when_hanging_calls_keep_it_from_being_opened_afresh_for_long_only_a_restart_helps() {
        opens = false;
        stuck.writtenOff();
        link.gone(up(), "gone");

        await().atMost(PATIENCE).until(() -> stuck.hopeless().isPresent());
        assertThat(stuck.hopeless().orElseThrow()).contains("1 calls").contains("only a restart of this process");
        assertThat(openedAfresh).as("nobody finalises under a call that hangs").doesNotContain(true);

        opens = true;
        up();
        assertThat(stuck.hopeless()).isEmpty();
    }
}
