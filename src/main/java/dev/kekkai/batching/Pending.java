package dev.kekkai.batching;

import dev.kekkai.dek.Deadline;
import dev.kekkai.dek.DekException.TooLate;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** The promise of an answer. Who cancels it leaves the operation that it is part of, and changes nothing for the others in it. */
class Pending<T> extends CompletableFuture<T> {
    private final Deadline deadline;
    private volatile @Nullable Operation operation;

    Pending(Deadline deadline) {
        this.deadline = deadline;
    }

    /** What it is part of from now on. */
    final void joins(Operation joined) {
        operation = joined;
    }

    /** The id of the custodian's operation that it is part of, or empty while there is none. */
    final String operationId() {
        Operation part = operation;
        return part == null ? "" : part.operationId();
    }

    /** Whether work for it may begin; if its deadline has passed it is answered with that. Not to be called under a lock. */
    final boolean stillWanted() {
        if (!isDone() && deadline.passed()) {
            completeExceptionally(new TooLate("the caller's deadline passed while the request waited for the HSM"));
        }
        return !isDone();
    }

    @Override
    public final boolean cancel(boolean mayInterrupt) {
        boolean left = super.cancel(mayInterrupt);
        Operation part = operation;
        if (left && part != null) {
            part.left();
        }
        return left;
    }

    /** So that stages made from this one are ordinary ones. */
    @Override
    public final <U> CompletableFuture<U> newIncompleteFuture() {
        return new CompletableFuture<>();
    }
}
