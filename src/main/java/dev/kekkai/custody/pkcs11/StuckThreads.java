package dev.kekkai.custody.pkcs11;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/** Counts the threads that were written off inside the module and have not come out, against how many of them there may be. */
final class StuckThreads {
    private final int most;
    private final AtomicInteger now = new AtomicInteger();

    /** Counts up to {@code custody.pkcs11.max-stuck}. */
    StuckThreads(int most) {
        this.most = most;
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
        return spent()
                ? Optional.of(now.get() + " calls hang inside the PKCS#11 module, and custody.pkcs11.max-stuck allows "
                        + most + ": only a restart of this process ends them")
                : Optional.empty();
    }
}
