package dev.kekkai.bench;

import java.util.Arrays;
import java.util.List;

/** How long calls took, in milliseconds; NaN if there was none. */
record Distribution(long count, double p50, double p99, double max) {
    private static final double NANOS_PER_MILLI = 1e6;

    static Distribution of(List<long[]> samples) {
        long[] sorted = samples.stream().flatMapToLong(Arrays::stream).sorted().toArray();
        return new Distribution(sorted.length, at(sorted, 0.5), at(sorted, 0.99), at(sorted, 1));
    }

    /** The smallest duration that is not exceeded by the given share of all. */
    private static double at(long[] sorted, double share) {
        if (sorted.length == 0) {
            return Double.NaN;
        }
        return sorted[Math.max(0, (int) Math.ceil(share * sorted.length) - 1)] / NANOS_PER_MILLI;
    }
}
