package dev.kekkai.keyring;

import dev.kekkai.custody.CustodyException;
import dev.kekkai.custody.CustodyException.Unavailable;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Waits for the custodian where waiting is right: at start and in administration, never on a request's way. */
final class Awaited {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private Awaited() {}

    /** Who is told that it took too long is told the truth: what has not been begun by then is not done afterwards. */
    static <T> T result(CompletionStage<T> stage) throws CustodyException {
        return result(stage.toCompletableFuture(), LIMIT);
    }

    static <T> T result(CompletableFuture<T> answer, Duration limit) throws CustodyException {
        try {
            return answer.get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof CustodyException custody) {
                throw custody;
            }
            throw new IllegalStateException("the custodian failed in an unforeseen way", e.getCause());
        } catch (TimeoutException e) {
            answer.cancel(false);
            throw new Unavailable("the HSM did not answer within " + limit.toSeconds() + " s", e);
        } catch (InterruptedException e) {
            answer.cancel(false);
            Thread.currentThread().interrupt();
            throw new Unavailable("interrupted while waiting for the HSM", e);
        }
    }
}
