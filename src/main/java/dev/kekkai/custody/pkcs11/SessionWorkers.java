package dev.kekkai.custody.pkcs11;

import dev.kekkai.custody.CustodyException;
import dev.kekkai.custody.CustodyException.Overloaded;
import dev.kekkai.custody.CustodyException.Unavailable;
import iaik.pkcs.pkcs11.wrapper.PKCS11Exception;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A fixed number of threads, each with a session of its own, and one bounded queue of work for them. */
final class SessionWorkers implements AutoCloseable {
    private static final int MOST_WAITING = 1024;
    private static final long POLL_MILLIS = 100;
    private static final long CLOSE_MILLIS = 2_000;

    private final Cryptoki cryptoki;
    private final long slot;
    private final BlockingQueue<Job<?>> queue = new ArrayBlockingQueue<>(MOST_WAITING);
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean closed;

    SessionWorkers(Cryptoki cryptoki, long slot, int sessions) {
        this.cryptoki = cryptoki;
        this.slot = slot;
        for (int i = 1; i <= sessions; i++) {
            threads.add(Thread.ofPlatform().daemon().name("kekkai-hsm-" + i).unstarted(this::work));
        }
    }

    void start() {
        threads.forEach(Thread::start);
    }

    <T> CompletableFuture<T> submit(SessionTask<T> task) {
        return submit(task, unclaimed -> {});
    }

    /**
     * Queues work for the next free session. Work whose future was completed from outside (given up) before its turn is passed over.
     *
     * @param unclaimed gets a result whose future was given up while the work was being done
     */
    <T> CompletableFuture<T> submit(SessionTask<T> task, Consumer<T> unclaimed) {
        Job<T> job = new Job<>(task, new CompletableFuture<>(), unclaimed);
        if (!queue.offer(job)) {
            job.answer.completeExceptionally(
                    new Overloaded(MOST_WAITING + " requests are waiting for an HSM session already"));
        }
        if (closed) {
            failWaiting();
        }
        return job.answer;
    }

    private void work() {
        Desk desk = new Desk();
        try {
            while (!closed) {
                Job<?> job = queue.poll(POLL_MILLIS, TimeUnit.MILLISECONDS);
                if (job != null) {
                    job.run(desk);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            desk.drop();
        }
    }

    /** Ends the workers; work that still waits fails. A thread inside the module is waited for within a bound. */
    @Override
    public void close() {
        closed = true;
        failWaiting();
        try {
            for (Thread thread : threads) {
                thread.join(CLOSE_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void failWaiting() {
        for (Job<?> job = queue.poll(); job != null; job = queue.poll()) {
            job.answer.completeExceptionally(new Unavailable("the HSM sessions are closed: this process is stopping"));
        }
    }

    /** The session of one worker thread, opened when first needed and dropped at the first sign that it is not well. */
    private final class Desk {
        private @Nullable Pkcs11Session session;

        Pkcs11Session open() throws PKCS11Exception {
            if (session == null) {
                session = cryptoki.openSession(slot, false);
            }
            return session;
        }

        void drop() {
            Pkcs11Session lost = session;
            session = null;
            if (lost != null) {
                try {
                    lost.close();
                } catch (PKCS11Exception e) {
                    // It is being given up because it does not work; that it cannot be closed either changes nothing.
                }
            }
        }
    }

    private record Job<T>(SessionTask<T> task, CompletableFuture<T> answer, Consumer<T> unclaimed) {
        void run(Desk desk) {
            if (answer.isDone()) {
                return;
            }
            try {
                T result = attempt(desk);
                if (!answer.complete(result)) {
                    unclaimed.accept(result);
                }
            } catch (PKCS11Exception e) {
                desk.drop();
                answer.completeExceptionally(new Unavailable("the HSM answered " + Ckr.name(e), e));
            } catch (Unavailable e) {
                desk.drop();
                answer.completeExceptionally(e);
            } catch (CustodyException e) {
                answer.completeExceptionally(e);
            } catch (RuntimeException | Error e) {
                desk.drop();
                answer.completeExceptionally(e);
            }
        }

        private T attempt(Desk desk) throws PKCS11Exception, CustodyException {
            try {
                return task.on(desk.open());
            } catch (PKCS11Exception e) {
                if (!Ckr.sessionLost(e)) {
                    throw e;
                }
                desk.drop();
                return task.on(desk.open());
            }
        }
    }
}
