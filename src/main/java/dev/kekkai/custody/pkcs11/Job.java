package dev.kekkai.custody.pkcs11;

import dev.kekkai.custody.CustodyException;
import iaik.pkcs.pkcs11.wrapper.PKCS11Exception;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A {@link SessionTask} on its way through the queue and up the ladder. */
final class Job<T> {
    private static final int MOST_HOPES = 16;

    private final SessionTask<T> task;
    private final boolean writing;
    private final Consumer<T> unclaimed;
    private final CompletableFuture<T> answer = new CompletableFuture<>();
    private boolean wrote;
    private int hopes;
    private @Nullable T result;

    Job(SessionTask<T> task, boolean writing, Consumer<T> unclaimed) {
        this.task = task;
        this.writing = writing;
        this.unclaimed = unclaimed;
    }

    CompletableFuture<T> answer() {
        return answer;
    }

    /** Answered already, or given up by whoever waited. */
    boolean over() {
        return answer.isDone();
    }

    /** Whether doing it again can do nothing twice. */
    boolean repeatable() {
        return !wrote;
    }

    /** Whether it may be left to others who have no session yet once more; true so many times and no more. */
    boolean mayHopeAgain() {
        return ++hopes <= MOST_HOPES;
    }

    /** Does the work and keeps the result back: what hangs on the answer is not to run inside the module's time. */
    void run(Desk desk, Link link) throws PKCS11Exception, CustodyException {
        result = writing ? runWriting(desk, link) : task.on(desk.session(link));
    }

    private T runWriting(Desk desk, Link link) throws PKCS11Exception, CustodyException {
        Pkcs11Session session = desk.writingSession(link);
        try {
            return task.on(session);
        } finally {
            wrote = session.wrote();
            Desk.closeQuietly(session);
        }
    }

    /** Gives the result that {@link #run} has kept. */
    @SuppressWarnings("NullAway") // T may be nullable; run() has ended well
    void give() {
        if (!answer.complete(result)) {
            unclaimed.accept(result);
        }
    }

    void fail(Throwable why) {
        answer.completeExceptionally(why);
    }
}
