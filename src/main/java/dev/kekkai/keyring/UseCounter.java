package dev.kekkai.keyring;

import dev.kekkai.id.VersionId;
import dev.kekkai.store.KeyringStore;
import dev.kekkai.store.StoreException;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jboss.logging.Logger;

/**
 * Counts the uses of a KEK version by blocks that are reserved in the store before they are used, so that a crash or a lost store can
 * only over-count. 2^32 is the end (SP 800-38D §8.3: random 96-bit IVs).
 */
final class UseCounter {
    /** Uses reserved at a time: 65,536 restarts without one wrap would spend a version. */
    static final long BLOCK = 1L << 16;

    private static final Logger LOG = Logger.getLogger(UseCounter.class);

    private final KeyringStore store;
    private final VersionId version;
    private final Executor background;
    private final Runnable whenReserved;
    private final AtomicLong left = new AtomicLong();
    private final AtomicBoolean reserving = new AtomicBoolean();
    private volatile boolean spent;

    UseCounter(KeyringStore store, VersionId version, Executor background) {
        this(store, version, background, () -> {});
    }

    /**
     * @param whenReserved run after each block that was granted, on the thread that reserved it
     */
    UseCounter(KeyringStore store, VersionId version, Executor background, Runnable whenReserved) {
        this.whenReserved = whenReserved;
        this.store = store;
        this.version = version;
        this.background = background;
    }

    /** What became of a request for one use. */
    enum Taken {
        GRANTED,
        /** None is reserved at the moment; the store is being asked. */
        NOT_NOW,
        /** This version has had all its uses. */
        NEVER_AGAIN
    }

    /** Takes one use; does not block. */
    Taken take() {
        long remaining = left.decrementAndGet();
        if (remaining < BLOCK / 2 && !spent && reserving.compareAndSet(false, true)) {
            background.execute(this::reserveAndRelease);
        }
        if (remaining >= 0) {
            return Taken.GRANTED;
        }
        return spent ? Taken.NEVER_AGAIN : Taken.NOT_NOW;
    }

    /** Whether the version has had all its uses, as far as is known. */
    boolean spent() {
        return spent;
    }

    /** Reserves a block now; for the start, before anything is served. */
    void reserve() throws StoreException {
        if (store.reserveUses(version, BLOCK)) {
            left.updateAndGet(now -> Math.max(now, 0) + BLOCK);
            whenReserved.run();
        } else {
            spent = true;
            LOG.errorf("KEK version %s has no uses left: run 'kekkai key rotate' for a new version", version);
        }
    }

    private void reserveAndRelease() {
        try {
            reserve();
        } catch (StoreException e) {
            LOG.warnf("no uses could be reserved for KEK version %s: %s", version, e.getMessage());
        } finally {
            reserving.set(false);
        }
    }
}
