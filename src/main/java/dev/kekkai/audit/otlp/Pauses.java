package dev.kekkai.audit.otlp;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/** Pauses between attempts: each up to twice the one before and never longer than a bound, less up to a half by chance, so that replicas do not come all at once. */
final class Pauses {
    private final Duration first;
    private final Duration longest;
    private Duration next;

    Pauses(Duration first, Duration longest) {
        this.first = first;
        this.longest = longest;
        this.next = first;
    }

    /** How long to pause now, and not less than what was asked for. */
    Duration next(Duration asked) {
        long nanos = next.toNanos();
        Duration doubled = next.multipliedBy(2);
        next = doubled.compareTo(longest) < 0 ? doubled : longest;
        Duration pause =
                Duration.ofNanos(nanos / 2 + ThreadLocalRandom.current().nextLong(nanos / 2 + 1));
        return pause.compareTo(asked) < 0 ? asked : pause;
    }

    /** Something worked: the next pause is the first again. */
    void reset() {
        next = first;
    }
}
