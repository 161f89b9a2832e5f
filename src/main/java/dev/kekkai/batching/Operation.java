package dev.kekkai.batching;

import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;

/** One operation of the custodian, for one request or many: begun, released, ended, each once and without throwing. */
interface Operation {
    /** Asks the custodian, or answers with a completed stage if nobody wants it any more. Not under a lock. */
    CompletableFuture<?> begin();

    /** Gives back what it occupied, now that the stage of {@link #begin} is complete. Under the lock of {@link Dispatch}. */
    void release();

    /** Answers all requests, after {@link #release}. Not under a lock. */
    void end();

    /** Answers all who wait for it with a failure, without the custodian. Not under a lock. */
    void fail(Throwable reason);

    /** The id of the custodian's operation, or empty while the custodian was not asked. */
    String operationId();

    /** A request was cancelled: if it was the last, the custodian need not work on it. */
    void left();

    /** What a stage failed with. */
    static Throwable reason(CompletableFuture<?> failed) {
        return failed.isCancelled()
                ? new CancellationException("the custodian's operation was cancelled")
                : failed.exceptionNow();
    }
}
