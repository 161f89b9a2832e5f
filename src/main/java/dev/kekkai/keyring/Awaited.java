package dev.kekkai.keyring;

import dev.kekkai.custody.CustodyException;
import dev.kekkai.custody.CustodyException.Unavailable;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Waits for the custodian where waiting is right: at start and in administration, never on a request's way. */
final class Awaited {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private Awaited() {}

    static <T> T result(CompletionStage<T> stage) throws CustodyException {
        try {
            return stage.toCompletableFuture().get(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof CustodyException custody) {
                throw custody;
            }
            throw new IllegalStateException("the custodian failed in an unforeseen way", e.getCause());
        } catch (TimeoutException e) {
            throw new Unavailable("the HSM did not answer within " + LIMIT.toSeconds() + " s", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Unavailable("interrupted while waiting for the HSM", e);
        }
    }
}
