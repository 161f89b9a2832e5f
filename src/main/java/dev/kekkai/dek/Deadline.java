package dev.kekkai.dek;

import java.time.Duration;

/** The instant after which nobody waits for an answer any more, on the scale of {@link System#nanoTime}. */
public record Deadline(long nanoTime) {
    /** A deadline that far from now. */
    public static Deadline in(Duration time) {
        return new Deadline(System.nanoTime() + time.toNanos());
    }

    /** Whether it has passed. */
    public boolean passed() {
        return System.nanoTime() - nanoTime >= 0;
    }

    /** What is left in nanoseconds; negative once it has passed. */
    public long remainingNanos() {
        return nanoTime - System.nanoTime();
    }
}
