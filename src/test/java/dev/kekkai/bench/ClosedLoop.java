package dev.kekkai.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** A fixed number of callers, each of whom waits for an answer before it calls again. */
final class ClosedLoop {
    private static final long LAST_CALLS_SECONDS = 2 * KmsCalls.PATIENCE_SECONDS;

    private ClosedLoop() {}

    /**
     * Runs one round.
     *
     * @return what was wrapped last by each caller, to be checked
     */
    static List<Sealed> run(Load load, List<KmsCalls> calls, Stock stock, Duration length, Tally tally)
            throws InterruptedException {
        CountDownLatch atWork = new CountDownLatch(load.callers());
        long end = System.nanoTime() + length.toNanos();
        List<Caller> callers = new ArrayList<>();
        for (int i = 0; i < load.callers(); i++) {
            callers.add(new Caller(
                    calls.get(i % calls.size()),
                    load.operation(),
                    stock,
                    "bench-" + i + "-",
                    tally,
                    end,
                    atWork::countDown));
        }
        callers.forEach(Caller::next);
        if (!atWork.await(length.toMillis() + TimeUnit.SECONDS.toMillis(LAST_CALLS_SECONDS), TimeUnit.MILLISECONDS)) {
            throw new IllegalStateException("calls are under way that neither were answered nor met their deadline");
        }
        return callers.stream().map(Caller::last).filter(Objects::nonNull).toList();
    }
}
