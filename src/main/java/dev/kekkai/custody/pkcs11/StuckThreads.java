package dev.kekkai.custody.pkcs11;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Counts the threads that were written off inside the module and have not come out, against how many of them there may be. */
final class StuckThreads {
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    private final int most;
    private final Duration patience;
    private final AtomicInteger now = new AtomicInteger();
    private volatile @Nullable Long hinderedSince;

    /** Counts up to {@code custody.pkcs11.max-stuck}. */
    StuckThreads(int most) {
        this(most, PATIENCE);
    }

    /** @param patience with threads that keep the token from being opened afresh */
    StuckThreads(int most, Duration patience) {
        this.most = most;
        this.patience = patience;
    }

    /** A recovery would have initialised the module again, and could not because of threads that are inside. */
    void hindered() {
        if (hinderedSince == null) {
            hinderedSince = System.nanoTime();
        }
    }

    /** The token came back all the same. */
    void unhindered() {
        hinderedSince = null;
    }

    /** Counts one more; answers how many there are. */
    int writtenOff() {
        return now.incrementAndGet();
    }

    /** One of them has come out after all. */
    void cameOut() {
        now.decrementAndGet();
    }

    int now() {
        return now.get();
    }

    int most() {
        return most;
    }

    /** Whether no thread may be spent any more: each of them costs memory and a session until the process ends. */
    boolean spent() {
        return now.get() >= most;
    }

    /** Why only a restart of the process helps, if that is so. */
    Optional<String> hopeless() {
        if (spent()) {
            return Optional.of(now.get() + " calls hang inside the PKCS#11 module, and custody.pkcs11.max-stuck allows "
                    + most + ": only a restart of this process ends them");
        }
        Long since = hinderedSince;
        return since != null && now.get() > 0 && System.nanoTime() - since > patience.toNanos()
                ? Optional.of("for more than " + patience.toSeconds() + " s " + now.get()
                        + " calls that hang inside the PKCS#11 module have kept it from being initialised again, and the token does not come"
                        + " back without that: only a restart of this process ends them")
                : Optional.empty();
    }
}
