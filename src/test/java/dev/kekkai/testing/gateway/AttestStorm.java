package dev.kekkai.testing.gateway;

import io.grpc.Status;
import io.grpc.StatusException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * Nodes that all attest at once, as after a power failure, from one process and so from one address. Who is refused in a way that may be otherwise in a
 * moment tries again as an agent does: after a pause that doubles, on a new connection.
 */
public final class AttestStorm {
    /** What says nothing of the node: busy, away, too late. */
    private static final Set<Status.Code> FOR_NOW =
            Set.of(Status.Code.RESOURCE_EXHAUSTED, Status.Code.UNAVAILABLE, Status.Code.ABORTED);

    private static final long FIRST_PAUSE_MILLIS = 250;
    private static final long LONGEST_PAUSE_MILLIS = 10_000;

    private final int port;
    private final List<X509Certificate> roots;

    public AttestStorm(int attestPort, List<X509Certificate> roots) {
        this.port = attestPort;
        this.roots = List.copyOf(roots);
    }

    /**
     * What came of it; times in milliseconds, ascending.
     *
     * @param served how long each attempt took that was granted
     * @param refused how long each took that was refused for now
     * @param reasons how many of these had each reason
     * @param others what else went wrong
     * @param lasted from the first attempt to the last grant
     */
    public record Outcome(
            List<Long> served, List<Long> refused, Map<String, Integer> reasons, List<String> others, long lasted) {
        public Outcome {
            served = served.stream().sorted().toList();
            refused = refused.stream().sorted().toList();
            reasons = Map.copyOf(reasons);
            others = List.copyOf(others);
        }
    }

    /**
     * Has each node attest so many times at once, and waits until all are served.
     *
     * @param bound after which nobody tries again
     */
    public Outcome run(List<SharedTpmNode> nodes, int each, Duration bound) throws Exception {
        Tally tally = new Tally();
        CountDownLatch ready = new CountDownLatch(nodes.size() * each);
        long begun;
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Boolean>> attempts = new ArrayList<>();
            for (int i = 0; i < each; i++) {
                for (SharedTpmNode node : nodes) {
                    attempts.add(threads.submit(untilServed(node, ready, bound, tally)));
                }
            }
            ready.await();
            begun = System.nanoTime();
            for (Future<Boolean> attempt : attempts) {
                attempt.get();
            }
        }
        return tally.outcome(millisSince(begun));
    }

    private Callable<Boolean> untilServed(SharedTpmNode node, CountDownLatch ready, Duration bound, Tally tally) {
        return () -> {
            ready.countDown();
            ready.await();
            long begun = System.nanoTime();
            long pause = FIRST_PAUSE_MILLIS;
            while (millisSince(begun) < bound.toMillis()) {
                if (attempt(node, tally)) {
                    return true;
                }
                TimeUnit.MILLISECONDS.sleep(
                        pause / 2 + ThreadLocalRandom.current().nextLong(pause / 2));
                pause = Math.min(2 * pause, LONGEST_PAUSE_MILLIS);
            }
            tally.other("not served within " + bound);
            return false;
        };
    }

    /** Whether there is nothing more to be tried. */
    private boolean attempt(SharedTpmNode node, Tally tally) throws Exception {
        long begun = System.nanoTime();
        try {
            node.attest(port, roots);
            tally.served(millisSince(begun));
            return true;
        } catch (StatusException e) {
            if (FOR_NOW.contains(e.getStatus().getCode())) {
                tally.refused(millisSince(begun), reason(e));
                return false;
            }
            tally.other(e.getStatus() + " " + e.getTrailers());
            return true;
        }
    }

    private static String reason(StatusException refusal) {
        String said = refusal.getTrailers() == null
                ? null
                : refusal.getTrailers()
                        .get(io.grpc.Metadata.Key.of("kekkai-reason", io.grpc.Metadata.ASCII_STRING_MARSHALLER));
        return said == null ? String.valueOf(refusal.getStatus()) : said;
    }

    private static long millisSince(long begun) {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun);
    }

    private static final class Tally {
        private final List<Long> served = new ArrayList<>();
        private final List<Long> refused = new ArrayList<>();
        private final Map<String, Integer> reasons = new TreeMap<>();
        private final List<String> others = new ArrayList<>();

        synchronized void served(long millis) {
            served.add(millis);
        }

        synchronized void refused(long millis, String reason) {
            refused.add(millis);
            reasons.merge(reason, 1, Integer::sum);
        }

        synchronized void other(String what) {
            others.add(what);
        }

        synchronized Outcome outcome(long lasted) {
            return new Outcome(served, refused, reasons, others, lasted);
        }
    }
}
