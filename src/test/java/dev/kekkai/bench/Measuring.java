package dev.kekkai.bench;

import com.google.protobuf.ByteString;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** A trial under way: its connections, its ciphertexts, and what its rounds have shown so far. */
final class Measuring implements AutoCloseable {
    private static final double NANOS_PER_SECOND = 1e9;

    private final Trial trial;
    private final Rig rig;
    private final Connections connections;
    private final List<KmsCalls> calls;
    private final Stock stock;
    private final List<Round> rounds = new ArrayList<>();
    private final List<long[]> answered = new ArrayList<>();
    private final List<long[]> refused = new ArrayList<>();
    private final Map<String, Long> errors = new TreeMap<>();
    private long total;
    private long checked;
    private long wrong;

    private Measuring(Trial trial, Rig rig, Connections connections) throws InterruptedException {
        this.trial = trial;
        this.rig = rig;
        this.connections = connections;
        this.calls = connections.calls(trial.load().api());
        this.stock = Stock.of(trial.load(), calls);
    }

    /** Connects, and has the ciphertexts made that are to be unwrapped. */
    static Measuring of(Trial trial, Rig rig) throws InterruptedException {
        Connections connections = new Connections(rig.socket(), trial.load().connections());
        boolean ready = false;
        try {
            Measuring measuring = new Measuring(trial, rig, connections);
            ready = true;
            return measuring;
        } finally {
            if (!ready) {
                connections.close();
            }
        }
    }

    Trial trial() {
        return trial;
    }

    /** Has the server compiled what it needs; nothing of it is counted. */
    void warmUp(Duration length) throws InterruptedException {
        run(length, new Tally());
    }

    /** One round. */
    void measure(Duration length) throws InterruptedException, IOException {
        Tally tally = new Tally();
        double cpu = rig.process().cpuMillis();
        long operations = rig.hsmOperations();
        long begun = System.nanoTime();
        List<Sealed> kept = run(length, tally);
        double seconds = (System.nanoTime() - begun) / NANOS_PER_SECOND;
        long done = rig.hsmOperations() - operations;
        double used = rig.process().cpuMillis() - cpu;

        check(kept, tally);
        long[] nanos = tally.answeredNanos();
        answered.add(nanos);
        refused.add(tally.refusedNanos());
        Map<String, Long> failures = tally.errors();
        failures.forEach((code, count) -> errors.merge(code, count, Long::sum));
        long failed = failures.values().stream().mapToLong(Long::longValue).sum();
        total += tally.calls();
        checked += tally.checkedCount();
        wrong += tally.wrongCount();
        rounds.add(new Round(
                seconds,
                Distribution.of(List.of(nanos)),
                failed,
                used,
                done,
                rig.process().rssMib()));
    }

    private List<Sealed> run(Duration length, Tally tally) throws InterruptedException {
        return trial.load().open()
                ? OpenLoop.run(trial.load(), calls, length, tally)
                : ClosedLoop.run(trial.load(), calls, stock, length, tally);
    }

    /** Unwraps what was kept of a round, after its clock has stopped. */
    private void check(List<Sealed> kept, Tally tally) throws InterruptedException {
        CountDownLatch under = new CountDownLatch(kept.size());
        for (Sealed sealed : kept) {
            calls.getFirst().decrypt(sealed, "bench-check", new StreamObserver<>() {
                @Override
                public void onNext(ByteString dek) {
                    tally.checked(dek.equals(sealed.dek()));
                }

                @Override
                public void onError(Throwable failure) {
                    tally.checked(false);
                    under.countDown();
                }

                @Override
                public void onCompleted() {
                    under.countDown();
                }
            });
        }
        under.await(2 * KmsCalls.PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    Result result() throws IOException {
        return new Result(
                trial,
                List.copyOf(rounds),
                total,
                Distribution.of(answered),
                Distribution.of(refused),
                errors,
                checked,
                wrong,
                rig.heap());
    }

    @Override
    public void close() {
        connections.close();
    }
}
