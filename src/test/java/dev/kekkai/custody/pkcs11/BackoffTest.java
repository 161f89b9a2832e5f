package dev.kekkai.custody.pkcs11;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BackoffTest {
    private final Backoff backoff = new Backoff(Duration.ofMillis(100), Duration.ofMillis(1_000), new Random(1));

    @Test
    void pauses_double_up_to_the_longest_and_are_up_to_a_quarter_shorter() {
        for (long most : new long[] {100, 200, 400, 800, 1_000, 1_000, 1_000}) {
            assertThat(backoff.next())
                    .isBetween(Duration.ofMillis(most * 3 / 4).minusMillis(1), Duration.ofMillis(most));
        }
    }

    @Test
    void two_that_began_together_do_not_stay_in_step() {
        Backoff other = new Backoff(Duration.ofMillis(100), Duration.ofMillis(1_000), new Random(2));

        assertThat(backoff.next()).isNotEqualTo(other.next());
    }

    @Test
    void after_a_reset_the_first_pause_comes_again() {
        backoff.next();
        backoff.next();

        backoff.reset();

        assertThat(backoff.next()).isLessThanOrEqualTo(Duration.ofMillis(100));
    }

    @Test
    void what_happens_for_the_first_time_in_a_while_does_not_wait_and_what_follows_does() {
        Duration quiet = Duration.ofHours(1);

        assertThat(backoff.nextUnlessQuietFor(quiet)).isZero();
        assertThat(backoff.nextUnlessQuietFor(quiet)).isPositive().isLessThanOrEqualTo(Duration.ofMillis(100));
        assertThat(backoff.nextUnlessQuietFor(quiet)).isGreaterThan(Duration.ofMillis(100));
        assertThat(backoff.nextUnlessQuietFor(Duration.ofNanos(-1)))
                .as("quiet again")
                .isZero();
    }
}
