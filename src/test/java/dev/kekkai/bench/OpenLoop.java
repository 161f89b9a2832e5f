package dev.kekkai.bench;

import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Calls that begin at a fixed rate, whatever became of those before. How long one took is counted from when it was to begin, so that a
 * client that falls behind hides nothing.
 */
final class OpenLoop {
    private static final int KEPT = 256;

    private OpenLoop() {}

    /**
     * Runs one round of wraps.
     *
     * @return some of what was wrapped, to be checked
     */
    static List<Sealed> run(Load load, List<KmsCalls> calls, Duration length, Tally tally) throws InterruptedException {
        int total = (int) (load.perSecond() * length.toNanos() / TimeUnit.SECONDS.toNanos(1));
        CountDownLatch under = new CountDownLatch(total);
        List<Sealed> kept = Collections.synchronizedList(new ArrayList<>());
        Random random = new Random();
        long start = System.nanoTime();
        for (int i = 0; i < total; i++) {
            long due = start + i * TimeUnit.SECONDS.toNanos(1) / load.perSecond();
            for (long ahead = due - System.nanoTime(); ahead > 0; ahead = due - System.nanoTime()) {
                LockSupport.parkNanos(ahead);
            }
            calls.get(i % calls.size())
                    .encrypt(Stock.dek(random), "bench-open-" + i, new Shot(due, tally, kept, under));
        }
        if (!under.await(2 * KmsCalls.PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            throw new IllegalStateException("calls are under way that neither were answered nor met their deadline");
        }
        return kept;
    }

    private record Shot(long due, Tally tally, List<Sealed> kept, CountDownLatch under)
            implements StreamObserver<Sealed> {
        @Override
        public void onNext(Sealed sealed) {
            if (kept.size() < KEPT) {
                kept.add(sealed);
            }
        }

        @Override
        public void onError(Throwable failure) {
            tally.failed(System.nanoTime() - due, failure);
            under.countDown();
        }

        @Override
        public void onCompleted() {
            tally.answered(System.nanoTime() - due);
            under.countDown();
        }
    }
}
