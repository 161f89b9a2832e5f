package dev.kekkai.bench;

import java.util.Arrays;

/** Durations in nanoseconds, as they come, up to a bound; past it they are no longer kept. For one thread at a time. */
final class Samples {
    private static final int FIRST = 1 << 10;
    private static final int MOST = 1 << 20;

    private long[] nanos = new long[FIRST];
    private int count;

    void add(long duration) {
        if (count == nanos.length) {
            if (count == MOST) {
                return;
            }
            nanos = Arrays.copyOf(nanos, 2 * count);
        }
        nanos[count++] = duration;
    }

    long[] kept() {
        return Arrays.copyOf(nanos, count);
    }
}
