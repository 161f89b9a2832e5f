package dev.kekkai.custody.pkcs11;

import dev.kekkai.custody.CustodyException.Unavailable;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Looks for threads that do not come out of the module, writes them off, and sees to it that there are a {@link Recovery} and workers as long as
 * threads may be spent. A thread inside a module cannot be ended: written off, it owns its session and nothing else until it comes out.
 */
final class Watch implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(Watch.class);
    private static final long LOOKS_PER_PATIENCE = 10;
    private static final long CLOSE_MILLIS = 2_000;

    private final TokenLink link;
    private final WorkerPool pool;
    private final StuckThreads stuck;
    private final Duration stuckAfter;
    private final Supplier<Recovery> recoveries;
    private final ScheduledThreadPoolExecutor clock = new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().daemon().name("kekkai-hsm-watch").factory());
    private volatile @Nullable Recovery recovery;
    private volatile @Nullable Thread recovering;

    Watch(TokenLink link, WorkerPool pool, StuckThreads stuck, Duration stuckAfter, Supplier<Recovery> recoveries) {
        this.link = link;
        this.pool = pool;
        this.stuck = stuck;
        this.stuckAfter = stuckAfter;
        this.recoveries = recoveries;
    }

    void start() {
        fill();
        long pause = Math.max(1, stuckAfter.toMillis() / LOOKS_PER_PATIENCE);
        Future<?> unused = clock.scheduleWithFixedDelay(this::look, pause, pause, TimeUnit.MILLISECONDS);
    }

    private void look() {
        try {
            for (Worker worker : pool.workers()) {
                if (worker.presence().writeOffIfStuck()) {
                    writeOff(worker);
                }
            }
            Recovery now = recovery;
            if (now != null && now.presence().writeOffIfStuck()) {
                count("the thread that reopens the token");
                recovery = null;
                link.recoveryHung(
                        new Unavailable("the PKCS#11 module did not answer while the token was being opened"));
            }
            fill();
        } catch (RuntimeException | Error e) {
            // An Error too (no thread to be had): a task that throws is never run again, and then nobody watches.
            LOG.error("the watch over PKCS#11 calls failed in an unforeseen way", e);
        }
    }

    private void writeOff(Worker worker) {
        count("a call");
        Worker.Visit visit = worker.visit();
        if (visit != null) {
            String why = "a call has been inside the PKCS#11 module for more than " + stuckAfter.toMillis() + " ms";
            link.hung(visit.link(), worker.presence().sinceNanos(), why);
            visit.job().fail(new Unavailable(why + " and is written off"));
        }
        // Only now: nobody is to follow it in before it is known whether anybody should.
        link.leave();
        pool.withdraw(worker);
    }

    private void count(String what) {
        int now = stuck.writtenOff();
        LOG.warnf("%s does not come out of the PKCS#11 module and is written off (%d of %d)", what, now, stuck.most());
        stuck.hopeless().ifPresent(LOG::error);
    }

    private void fill() {
        pool.fill();
        if (recovery == null && !stuck.spent()) {
            Recovery next = recoveries.get();
            recovery = next;
            recovering =
                    Thread.ofPlatform().daemon().name("kekkai-hsm-recovery").start(next);
        }
    }

    /** Whether no recovery runs any more. */
    boolean empty() {
        Thread last = recovering;
        return last == null || !last.isAlive();
    }

    /** Ends the watch and the recovery, which is waited for within a bound. The link must be closed. */
    @Override
    public void close() {
        clock.shutdownNow();
        try {
            boolean unused = clock.awaitTermination(CLOSE_MILLIS, TimeUnit.MILLISECONDS);
            Thread last = recovering;
            if (last != null) {
                last.join(CLOSE_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
