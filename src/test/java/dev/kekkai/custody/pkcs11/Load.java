package dev.kekkai.custody.pkcs11;

import static dev.kekkai.custody.pkcs11.LadderToken.AAD;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.kekkai.custody.CustodyException.Unavailable;
import dev.kekkai.custody.SealedBox;
import dev.kekkai.secret.Secret;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Callers that seal a DEK of their own, open it again, and open a box of before, for as long as they are let. An outage may refuse them; whatever
 * is opened must be what was sealed, and no other failure is theirs.
 */
final class Load implements AutoCloseable {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final byte[] ZEROES = new byte[32];

    private final LadderToken hsm;
    private final List<Thread> callers = new ArrayList<>();
    private final AtomicLong done = new AtomicLong();
    private final AtomicLong refused = new AtomicLong();
    private final AtomicLong late = new AtomicLong();
    private final Queue<String> surprises = new ConcurrentLinkedQueue<>();
    private volatile boolean stop;

    private Load(LadderToken hsm) {
        this.hsm = hsm;
    }

    /** Sixty-four callers, each of which has been served once when this returns. */
    static Load on(LadderToken hsm) {
        Load load = new Load(hsm);
        for (int i = 0; i < 64; i++) {
            load.callers.add(Thread.ofVirtual().start(load::call));
        }
        load.awaitServed();
        return load;
    }

    /** Waits until as many round trips as there are callers have succeeded from now on. */
    void awaitServed() {
        long from = done.get();
        await().atMost(LadderToken.LONG).until(() -> done.get() >= from + callers.size() || !surprises.isEmpty());
    }

    /** Round trips that were refused because the HSM was out of reach. */
    long refused() {
        return refused.get();
    }

    /** Round trips that had no answer within 5 s. */
    long late() {
        return late.get();
    }

    private void call() {
        byte[] dek = new byte[32];
        RANDOM.nextBytes(dek);
        while (!stop) {
            try {
                SealedBox box = get(hsm.custodian.seal(hsm.kek, AAD, Secret.owning(dek.clone())));
                check(dek, box);
                check(ZEROES, hsm.box);
                done.incrementAndGet();
            } catch (TimeoutException e) {
                late.incrementAndGet();
            } catch (ExecutionException e) {
                if (e.getCause() instanceof Unavailable) {
                    refused.incrementAndGet();
                    pause();
                } else {
                    surprises.add(String.valueOf(e.getCause()));
                }
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private void check(byte[] expected, SealedBox box)
            throws ExecutionException, InterruptedException, TimeoutException {
        try (Secret opened = get(hsm.custodian.open(hsm.kek, AAD, box))) {
            if (!Arrays.equals(opened.lent(), expected)) {
                surprises.add("another plaintext than was sealed");
            }
        }
    }

    private static <T> T get(java.util.concurrent.CompletionStage<T> stage)
            throws ExecutionException, InterruptedException, TimeoutException {
        return stage.toCompletableFuture().get(5, TimeUnit.SECONDS);
    }

    private static void pause() {
        try {
            Thread.sleep(5);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Ends the callers, and fails if any of them ever saw what it must not. */
    @Override
    public void close() {
        stop = true;
        await().atMost(LadderToken.LONG).until(() -> callers.stream().noneMatch(Thread::isAlive));
        assertThat(surprises).isEmpty();
    }
}
