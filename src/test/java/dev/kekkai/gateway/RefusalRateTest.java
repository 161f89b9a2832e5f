package dev.kekkai.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RefusalRateTest {
    private final AtomicLong nanos = new AtomicLong(-1_000);
    private final RefusalRate rate = new RefusalRate(nanos::get);

    @Test
    void what_is_beyond_the_rate_of_an_address_is_counted_and_told_with_the_next() {
        assertThat(admitted(60, "10.0.0.1")).isEqualTo(50);
        assertThat(rate.admit("10.0.0.2")).as("another's is told").hasValue(10);

        nanos.addAndGet(TimeUnit.SECONDS.toNanos(1));

        assertThat(rate.admit("10.0.0.1")).hasValue(0);
        assertThat(rate.admit("10.0.0.1")).isEmpty();
    }

    /** As many as no map would hold. */
    @Test
    void all_addresses_together_have_a_rate_too() {
        assertThat(IntStream.range(0, 5_000).filter(i -> rate.admit("10.0." + i / 250 + "." + i % 250)
                        .isPresent()))
                .hasSize(200);

        nanos.addAndGet(TimeUnit.MILLISECONDS.toNanos(100));

        assertThat(rate.admit("10.9.9.9")).hasValue(4_800);
    }

    private long admitted(int times, String source) {
        return IntStream.range(0, times)
                .filter(i -> rate.admit(source).isPresent())
                .count();
    }
}
