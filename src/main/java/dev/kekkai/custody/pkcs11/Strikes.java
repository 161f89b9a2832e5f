package dev.kekkai.custody.pkcs11;

import java.util.concurrent.atomic.AtomicInteger;

/** Failures in a row whose code alone does not tell what is wrong. One success wipes them out. */
final class Strikes {
    private final int most;
    private final AtomicInteger row = new AtomicInteger();

    Strikes(int most) {
        this.most = most;
    }

    void success() {
        if (row.get() != 0) {
            row.set(0);
        }
    }

    /** Counts one more; true if there are too many of them to be the fault of single requests. */
    boolean failure() {
        return row.incrementAndGet() >= most;
    }
}
