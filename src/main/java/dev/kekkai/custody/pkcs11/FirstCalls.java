package dev.kekkai.custody.pkcs11;

import dev.kekkai.custody.CustodyException;
import dev.kekkai.custody.CustodyException.Unavailable;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The first calls into a module, before there is a {@link Watch}: on a thread of their own, so that one that hangs ends the start with a reason
 * and an exit code, on which a supervisor tries again, and does not keep it waiting for ever.
 */
final class FirstCalls {
    private FirstCalls() {}

    /** What is to be done. */
    interface Work<T> {
        T run() throws CustodyException;
    }

    /** @throws Unavailable if the work takes longer; its thread is left where it is */
    static <T> T within(Duration patience, Work<T> work) throws CustodyException {
        CompletableFuture<T> answer = new CompletableFuture<>();
        Thread.ofPlatform().daemon().name("kekkai-hsm-open").start(() -> {
            try {
                answer.complete(work.run());
            } catch (CustodyException | RuntimeException | Error e) {
                answer.completeExceptionally(e);
            }
        });
        try {
            return answer.get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new Unavailable(
                    "the PKCS#11 module has not answered for " + patience.toSeconds()
                            + " s while it was being opened: see whether the HSM can be reached",
                    e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof CustodyException custody) {
                throw custody;
            }
            throw new IllegalStateException("opening the PKCS#11 module failed in an unforeseen way", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Unavailable("interrupted while the PKCS#11 module was being opened", e);
        }
    }
}
