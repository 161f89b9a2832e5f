package dev.kekkai.bench;

import io.grpc.Status;
import java.util.Map;
import java.util.TreeMap;

/** What became of the calls of one round. */
final class Tally {
    private final Samples answered = new Samples();
    private final Samples refused = new Samples();
    private final Map<String, Long> errors = new TreeMap<>();
    private long calls;
    private long checked;
    private long wrong;

    synchronized void answered(long nanos) {
        calls++;
        answered.add(nanos);
    }

    synchronized void failed(long nanos, Throwable failure) {
        errors.merge(Status.fromThrowable(failure).getCode().name(), 1L, Long::sum);
        refused.add(nanos);
    }

    /** Notes whether a plaintext that came back is the one that had been wrapped. */
    synchronized void checked(boolean right) {
        checked++;
        if (!right) {
            wrong++;
        }
    }

    synchronized long calls() {
        return calls;
    }

    synchronized long checkedCount() {
        return checked;
    }

    synchronized long wrongCount() {
        return wrong;
    }

    synchronized Map<String, Long> errors() {
        return new TreeMap<>(errors);
    }

    synchronized long[] answeredNanos() {
        return answered.kept();
    }

    synchronized long[] refusedNanos() {
        return refused.kept();
    }
}
