package dev.kekkai.batching;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * Where leaves are sealed and opened and their callers answered. The thread that completes a custodian's operation owns an HSM session,
 * which is to be back at work: it does a few leaves itself, because waking another thread costs more than they do, and leaves many to these.
 */
final class LeafThreads implements AutoCloseable {
    /** Leaves that cost less than waking a thread. */
    private static final int FEW = 4;

    private static final int MOST_THREADS = 8;
    private static final int MOST_WAITING = 64;

    private final ThreadPoolExecutor threads;
    private final ThreadLocal<LeafCipher> ciphers = ThreadLocal.withInitial(LeafCipher::new);

    LeafThreads() {
        int size = Math.min(MOST_THREADS, Runtime.getRuntime().availableProcessors());
        AtomicInteger number = new AtomicInteger();
        threads = new ThreadPoolExecutor(
                size,
                size,
                1,
                TimeUnit.MINUTES,
                new ArrayBlockingQueue<>(MOST_WAITING),
                work -> Thread.ofPlatform()
                        .daemon()
                        .name("kekkai-leaf-" + number.incrementAndGet())
                        .unstarted(work),
                // Full or shut down: whoever brings work does it, so that no key and no caller is forgotten.
                (work, pool) -> work.run());
        threads.allowCoreThreadTimeOut(true);
    }

    /** Does the work of so many leaves, here or on a thread of its own, with a cipher that is that thread's. */
    void run(int leaves, Consumer<LeafCipher> work) {
        if (leaves <= FEW) {
            work.accept(ciphers.get());
        } else {
            threads.execute(() -> work.accept(ciphers.get()));
        }
    }

    /** Ends the threads when they have done what waits. */
    @Override
    public void close() {
        threads.shutdown();
    }
}
