package dev.kekkai.custody.pkcs11;

import dev.kekkai.custody.CustodyException.Overloaded;
import dev.kekkai.custody.CustodyException.Unavailable;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingDeque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingDeque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A number of threads, each with a session of its own, and one bounded queue of work for them. While the token is out of reach, work is refused
 * at once. A thread that was written off is replaced as long as {@link StuckThreads} allows.
 */
final class WorkerPool implements SessionWorkers, AutoCloseable {
    private static final int MOST_WAITING = 1024;
    private static final long POLL_MILLIS = 100;
    private static final long REST_MILLIS = 200;
    private static final long CLOSE_MILLIS = 2_000;

    private final TokenLink link;
    private final Cryptoki cryptoki;
    private final StuckThreads stuck;
    private final int sessions;
    private final Duration stuckAfter;
    private final BlockingDeque<Job<?>> queue = new LinkedBlockingDeque<>(MOST_WAITING);
    private final List<Worker> workers = new CopyOnWriteArrayList<>();
    private final List<Thread> threads = new CopyOnWriteArrayList<>();
    private final AtomicInteger numbers = new AtomicInteger();
    private volatile boolean closed;

    /**
     * @param sessions how many threads work at a time
     * @param stuckAfter how long one may be inside the module
     */
    WorkerPool(TokenLink link, Cryptoki cryptoki, StuckThreads stuck, int sessions, Duration stuckAfter) {
        this.link = link;
        this.cryptoki = cryptoki;
        this.stuck = stuck;
        this.sessions = sessions;
        this.stuckAfter = stuckAfter;
    }

    /** Starts the threads that are missing and may be started. */
    synchronized void fill() {
        while (!closed && workers.size() < sessions && !stuck.spent()) {
            Worker worker = new Worker(this, link, cryptoki, stuckAfter);
            workers.add(worker);
            Thread thread = Thread.ofPlatform()
                    .daemon()
                    .name("kekkai-hsm-" + numbers.incrementAndGet())
                    .unstarted(worker);
            threads.add(thread);
            thread.start();
        }
    }

    @Override
    public <T> CompletableFuture<T> submit(SessionTask<T> task, Consumer<T> unclaimed) {
        return submit(new Job<>(task, false, unclaimed));
    }

    @Override
    public <T> CompletableFuture<T> submitWriting(SessionTask<T> task) {
        return submit(new Job<>(task, true, unclaimed -> {}));
    }

    private <T> CompletableFuture<T> submit(Job<T> job) {
        if (!queue.offer(job)) {
            job.fail(overloaded());
        }
        failWaitingIfRefused();
        return job.answer();
    }

    private static Overloaded overloaded() {
        return new Overloaded(MOST_WAITING + " requests are waiting for an HSM session already");
    }

    /** Fails what waits, if nobody is let in; to be called whenever the link may have changed. */
    void failWaitingIfRefused() {
        Unavailable refusal = link.refusal();
        if (refusal != null) {
            for (Job<?> job = queue.poll(); job != null; job = queue.poll()) {
                job.fail(refusal);
            }
        }
    }

    /** The next job, or null when there will be none. */
    @Nullable
    Job<?> next() throws InterruptedException {
        while (!closed) {
            Job<?> job = queue.poll(POLL_MILLIS, TimeUnit.MILLISECONDS);
            if (job != null) {
                return job;
            }
        }
        return null;
    }

    /**
     * Puts a job back for those who have a session; false if nobody has one. Whoever is just opening one may be the very reason why none was
     * free: he counts too, but not for ever, because he may be told the same.
     */
    boolean leaveToOthers(Worker worker, Job<?> job) {
        List<Worker> others = workers.stream().filter(other -> other != worker).toList();
        // In this order: who climbs no more has a session, or will not have one.
        boolean hope = others.stream().anyMatch(Worker::climbing) && job.mayHopeAgain();
        if (!hope && others.stream().noneMatch(Worker::hasSession)) {
            return false;
        }
        if (!queue.offerFirst(job)) {
            job.fail(overloaded());
        }
        if (closed) {
            failWaitingIfRefused(); // close() may have looked already
        }
        return true;
    }

    /** Keeps a worker without a session from taking the same job again at once. */
    void rest() {
        try {
            TimeUnit.MILLISECONDS.sleep(REST_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    List<Worker> workers() {
        return workers;
    }

    /** Takes a worker that was written off out of service; {@link #fill} puts another one in its place, if that may be. */
    void withdraw(Worker worker) {
        workers.remove(worker);
    }

    /** A worker's thread is at its end. */
    void ended(Worker worker) {
        workers.remove(worker);
        threads.remove(Thread.currentThread());
        if (worker.presence().writtenOff()) {
            stuck.cameOut();
            link.tryNow();
        }
        fill();
    }

    int sessions() {
        return sessions;
    }

    int sessionsOpen() {
        return (int) workers.stream().filter(Worker::hasSession).count();
    }

    /** Ends the workers; work that still waits fails with the link's refusal. Threads inside the module are waited for within a bound. */
    @Override
    public void close() {
        closed = true;
        failWaitingIfRefused();
        try {
            long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(CLOSE_MILLIS);
            for (Thread thread : threads) {
                thread.join(Math.max(1, TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime())));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Whether all threads have ended. */
    boolean empty() {
        return threads.stream().noneMatch(Thread::isAlive);
    }
}
