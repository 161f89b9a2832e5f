package dev.kekkai.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class DistributionTest {
    @Test
    void percentiles_are_samples_that_so_many_do_not_exceed() {
        long[] low = LongStream.rangeClosed(1, 50).map(i -> i * 1_000_000).toArray();
        long[] high = LongStream.rangeClosed(51, 100).map(i -> i * 1_000_000).toArray();

        assertThat(Distribution.of(List.of(high, low))).isEqualTo(new Distribution(100, 50, 99, 100));
        assertThat(Distribution.of(List.of(new long[] {7_000_000}))).isEqualTo(new Distribution(1, 7, 7, 7));
    }

    @Test
    void of_nothing_nothing_is_known() {
        assertThat(Distribution.of(List.of(new long[0])).p50()).isNaN();
    }

    @Test
    void samples_past_the_bound_are_not_kept() {
        Samples samples = new Samples();
        for (int i = 0; i < (1 << 20) + 10; i++) {
            samples.add(i);
        }

        assertThat(samples.kept()).hasSize(1 << 20).endsWith((1 << 20) - 1);
    }
}
