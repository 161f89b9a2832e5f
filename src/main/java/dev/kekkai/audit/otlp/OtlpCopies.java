package dev.kekkai.audit.otlp;

import dev.kekkai.audit.AuditCopies;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.jboss.logging.Logger;

/**
 * Sends copies of audit records to an OpenTelemetry collector over OTLP/HTTP. The file is the trail; a copy that cannot be sent stops nothing.
 *
 * <p>One thread, one request at a time, so that records keep their order. While the collector is away or asks for patience, what waits stays, up to a
 * bound, and is sent again; what comes then is dropped and counted, as is what the collector refuses for good. A request whose answer got lost is sent
 * again, so a collector may have a record twice: {@code replica} and {@code seq} tell.
 */
public final class OtlpCopies implements AuditCopies {
    /** Bytes of records that wait, some 15,000 of them. */
    static final int MOST_WAITING = 8 << 20;

    /** As a request they are some 400 KiB: under what proxies let through. */
    private static final int BATCH_RECORDS = 512;

    private static final int BATCH_BYTES = 256 << 10;
    private static final long END_MILLIS = 2000;
    private static final Logger LOG = Logger.getLogger(OtlpCopies.class);

    private final WaitingLines waiting;
    private final Collector collector;
    private final LogsRequest requests;
    private final Pauses pauses;
    private final AtomicLong dropped = new AtomicLong();
    private final Thread thread;
    private volatile String problem = "";
    private String warning = "";

    /**
     * How much and how long.
     *
     * @param waiting bytes of records that wait at most
     * @param deadline for a request and its answer
     * @param firstPause after a request that failed; then twice as long each time
     * @param longestPause at most, unless the collector asks for more
     */
    record Bounds(int waiting, Duration deadline, Duration firstPause, Duration longestPause) {
        static final Bounds DEFAULT =
                new Bounds(MOST_WAITING, Duration.ofSeconds(10), Duration.ofSeconds(1), Duration.ofSeconds(60));
    }

    private OtlpCopies(CollectorAddress address, Map<String, String> resource, Bounds bounds) {
        this.waiting = new WaitingLines(bounds.waiting(), BATCH_RECORDS, BATCH_BYTES);
        this.collector = new Collector(address, bounds.deadline());
        this.requests = new LogsRequest(resource, InstantSource.system());
        this.pauses = new Pauses(bounds.firstPause(), bounds.longestPause());
        this.thread = Thread.ofPlatform().daemon().name("kekkai-otlp").unstarted(this::work);
    }

    /**
     * Begins to send.
     *
     * @param replica whose trail it is
     * @param version of this program
     */
    public static OtlpCopies to(CollectorAddress address, UUID replica, String version) {
        return to(address, replica, version, Bounds.DEFAULT);
    }

    static OtlpCopies to(CollectorAddress address, UUID replica, String version, Bounds bounds) {
        OtlpCopies copies = new OtlpCopies(
                address,
                Map.of("service.name", "kekkai", "service.instance.id", replica.toString(), "service.version", version),
                bounds);
        copies.thread.start();
        return copies;
    }

    @Override
    public void accept(byte[] lines) {
        if (!waiting.offer(lines)) {
            lost(
                    AuditCopies.records(lines, 0),
                    problem.isEmpty() ? "the collector takes records slower than they come" : problem);
        }
    }

    private void work() {
        long inHand = 0;
        try {
            List<byte[]> batch = waiting.take();
            while (!batch.isEmpty()) {
                inHand = batch.size();
                deliver(batch);
                inHand = 0;
                batch = waiting.take();
            }
        } catch (InterruptedException e) {
            waiting.end(); // only close() interrupts
        } finally {
            collector.close();
            long left = inHand + waiting.clear();
            if (left > 0) {
                lost(left, problem.isEmpty() ? "the server stopped before they were sent" : problem);
            }
        }
    }

    private void deliver(List<byte[]> batch) throws InterruptedException {
        byte[] request = requests.of(batch);
        while (true) {
            switch (collector.send(request)) {
                case Answer.Taken(long rejected, String said) -> {
                    pauses.reset();
                    taken(Math.min(rejected, batch.size()), said);
                    return;
                }
                case Answer.Refused(String why) -> {
                    lost(batch.size(), "the collector " + why);
                    Thread.sleep(pauses.next(Duration.ZERO));
                    return;
                }
                case Answer.Later(String why, Duration asked) -> {
                    tell("the collector cannot be reached or cannot take records: " + why);
                    Thread.sleep(pauses.next(asked));
                }
            }
        }
    }

    private void taken(long rejected, String said) {
        if (rejected > 0) {
            lost(rejected, "the collector rejected " + rejected + " records: " + said);
            return;
        }
        problem = "";
        if (!said.equals(warning)) {
            warning = said;
            if (!said.isEmpty()) {
                LOG.warnf("the OTLP collector took audit records and warns: %s", said);
            }
        }
    }

    private void lost(long records, String why) {
        boolean first = problem.isEmpty();
        problem = why; // who sees the number sees why
        dropped.addAndGet(records);
        say(first, why);
    }

    private void tell(String why) {
        boolean first = problem.isEmpty();
        problem = why;
        say(first, why);
    }

    private static void say(boolean first, String why) {
        if (first) {
            LOG.warnf("OTLP: audit records do not get through: %s. The trail itself has them", why);
        }
    }

    @Override
    public long dropped() {
        return dropped.get();
    }

    @Override
    public String problem() {
        return problem;
    }

    @Override
    public void close() {
        waiting.end();
        try {
            if (!problem.isEmpty()) {
                thread.interrupt();
            }
            thread.join(END_MILLIS);
            thread.interrupt();
            thread.join(END_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
