package dev.kekkai.custody.pkcs11;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long to wait before the next attempt: twice as long each time up to a bound, and up to a quarter less at random, so that many replicas do
 * not come back to one HSM in step.
 */
final class Backoff {
    private final Duration first;
    private final Duration most;
    private final RandomGenerator random;
    private Duration next;
    private long last;
    private boolean used;

    Backoff(Duration first, Duration most, RandomGenerator random) {
        this.first = first;
        this.most = most;
        this.random = random;
        this.next = first;
    }

    Duration next() {
        Duration now = next;
        Duration twice = now.multipliedBy(2);
        next = twice.compareTo(most) > 0 ? most : twice;
        return now.minusNanos(random.nextLong(now.toNanos() / 4 + 1));
    }

    /** No wait at all if this was not asked for so long, else the next one: for what may be a single mishap, or the first of many. */
    Duration nextUnlessQuietFor(Duration quiet) {
        long now = System.nanoTime();
        boolean fresh = !used || now - last > quiet.toNanos();
        used = true;
        last = now;
        if (fresh) {
            reset();
            return Duration.ZERO;
        }
        return next();
    }

    void reset() {
        next = first;
    }
}
