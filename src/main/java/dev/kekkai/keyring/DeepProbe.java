package dev.kekkai.keyring;

import dev.kekkai.custody.KeyCustodian;
import dev.kekkai.custody.SealedBox;
import dev.kekkai.dek.Health;
import dev.kekkai.envelope.AssociatedData;
import dev.kekkai.envelope.Header;
import dev.kekkai.envelope.Layout;
import dev.kekkai.secret.Secret;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/**
 * Encrypts and decrypts 32 random bytes in the HSM in the background, and remembers how that went. Health is answered from here, never
 * from a constant.
 */
public final class DeepProbe {
    private static final Logger LOG = Logger.getLogger(DeepProbe.class);
    private static final int SAMPLE_BYTES = 32;

    private final KeyCustodian custodian;
    private final Supplier<Snapshot> keyring;
    private final Supplier<UseCounter.Taken> use;
    private final ScheduledExecutorService scheduler;
    private final Pace pace;
    private final SecureRandom random = new SecureRandom();
    private final AtomicLong begun = new AtomicLong();
    private long remembered;
    private volatile Result last = new Result("the HSM has not been probed yet", System.nanoTime());

    /**
     * How often and how patiently.
     *
     * @param whenHealthy pause after a success
     * @param whenUnhealthy pause after a failure
     * @param patience with one round trip
     */
    public record Pace(Duration whenHealthy, Duration whenUnhealthy, Duration patience) {
        /** Every 10 s, every second while it fails, and 5 s for a round trip. */
        public static final Pace DEFAULT =
                new Pace(Duration.ofSeconds(10), Duration.ofSeconds(1), Duration.ofSeconds(5));

        /** After this long without news, the last news count for nothing. */
        Duration stale() {
            return whenHealthy.multipliedBy(2).plus(patience);
        }
    }

    private record Result(String failure, long nanoTime) {
        boolean healthy() {
            return failure.isEmpty();
        }
    }

    DeepProbe(
            KeyCustodian custodian,
            Supplier<Snapshot> keyring,
            Supplier<UseCounter.Taken> use,
            ScheduledExecutorService scheduler,
            Pace pace) {
        this.custodian = custodian;
        this.keyring = keyring;
        this.use = use;
        this.scheduler = scheduler;
        this.pace = pace;
    }

    /** Probes once and goes on probing; the stage completes, never exceptionally, when the first result is there. */
    CompletionStage<Health> start() {
        return probe().thenApply(done -> {
            scheduleNext();
            return health();
        });
    }

    /** What the last round trip found, with its age. Costs nothing. */
    public Health health() {
        Result result = last;
        Duration age = Duration.ofNanos(System.nanoTime() - result.nanoTime);
        if (!result.healthy()) {
            return new Health.Unhealthy(result.failure, age);
        }
        return age.compareTo(pace.stale()) > 0
                ? new Health.Unhealthy("the HSM probe has not come back for " + age.toSeconds() + " s", age)
                : new Health.Healthy(age);
    }

    private void scheduleNext() {
        Duration pause = last.healthy() ? pace.whenHealthy : pace.whenUnhealthy;
        Future<?> unused = scheduler.schedule(this::probeAgain, pause.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Probes once more at once, beside the rounds. */
    void now() {
        try {
            scheduler.execute(this::probeOnceMore);
        } catch (RejectedExecutionException e) {
            LOG.debug("no probe any more: this process is stopping");
        }
    }

    private void probeOnceMore() {
        try {
            CompletionStage<Boolean> unused = probe();
        } catch (RuntimeException e) {
            LOG.error("the HSM probe failed in an unforeseen way", e);
        }
    }

    private void probeAgain() {
        try {
            CompletionStage<Void> unused = probe().thenRun(this::scheduleNext);
        } catch (RuntimeException e) {
            LOG.error("the HSM probe failed in an unforeseen way", e);
            remember(begun.incrementAndGet(), "the HSM probe failed in an unforeseen way; the log has it");
            scheduleNext();
        }
    }

    private CompletionStage<Boolean> probe() {
        long number = begun.incrementAndGet();
        if (use.get() != UseCounter.Taken.GRANTED) {
            remember(
                    number,
                    "the ACTIVE KEK version has no use left, or the store reserves none, so nothing is wrapped (what was wrapped still opens): run 'kekkai key rotate' for a new version, or look at the store");
            return CompletableFuture.completedFuture(false);
        }
        byte[] sample = new byte[SAMPLE_BYTES];
        random.nextBytes(sample);
        return roundTrip(sample)
                .toCompletableFuture()
                .orTimeout(pace.patience.toMillis(), TimeUnit.MILLISECONDS)
                .handle((same, failure) -> {
                    remember(
                            number,
                            failure != null
                                    ? reason(failure)
                                    : same ? "" : "the HSM decrypted something else than it had encrypted");
                    return last.healthy();
                });
    }

    private CompletionStage<Boolean> roundTrip(byte[] sample) {
        Snapshot snapshot = keyring.get();
        var kek = snapshot.active().kek();
        byte[] associatedData = AssociatedData.probe(new Header(Layout.SINGLE, kek.mechanism(), kek.version()));
        Secret plaintext = Secret.owning(sample.clone());
        return custodian
                .seal(kek, associatedData, plaintext)
                .thenCompose((SealedBox box) -> custodian.open(kek, associatedData, box))
                .thenApply(opened -> {
                    try (opened) {
                        return opened.sameAs(sample);
                    }
                })
                .whenComplete((same, failure) -> plaintext.close());
    }

    private String reason(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        return cause instanceof TimeoutException
                ? "the HSM did not answer within " + pace.patience.toSeconds() + " s"
                : String.valueOf(cause.getMessage());
    }

    /** What an older probe found counts for nothing once a younger one has found something. */
    private synchronized void remember(long number, String failure) {
        if (number < remembered) {
            return;
        }
        remembered = number;
        boolean was = last.healthy();
        last = new Result(failure, System.nanoTime());
        if (was && !failure.isEmpty()) {
            LOG.warnf("the HSM probe fails: %s", failure);
        } else if (!was && failure.isEmpty()) {
            LOG.info("the HSM probe succeeds");
        }
    }
}
