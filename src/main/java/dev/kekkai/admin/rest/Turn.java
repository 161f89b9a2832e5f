package dev.kekkai.admin.rest;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/** One change at a time, so that nobody of the API comes between the comparison with {@code If-Match} and the change; who waits too long is told. */
final class Turn {
    private static final long PATIENCE_SECONDS = 5;

    private final ReentrantLock lock = new ReentrantLock();

    <T> T alone(Supplier<T> change) {
        boolean mine = false;
        try {
            mine = lock.tryLock(PATIENCE_SECONDS, TimeUnit.SECONDS);
            if (!mine) {
                throw new ProblemException(
                        ProblemCode.TOO_MANY_CALLS, "another change is under way; nothing was begun");
            }
            return change.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ProblemException(ProblemCode.STARTING, "interrupted; nothing was begun");
        } finally {
            if (mine) {
                lock.unlock();
            }
        }
    }
}
