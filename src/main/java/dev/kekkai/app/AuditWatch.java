package dev.kekkai.app;

import dev.kekkai.audit.AnchorSignature;
import dev.kekkai.audit.Anchoring;
import dev.kekkai.audit.AuditCopies;
import dev.kekkai.audit.AuditEvent;
import dev.kekkai.audit.AuditEvent.Outcome;
import dev.kekkai.audit.AuditException;
import dev.kekkai.audit.file.FileAuditTrail;
import dev.kekkai.audit.otlp.CollectorAddress;
import dev.kekkai.audit.otlp.OtlpCopies;
import dev.kekkai.audit.syslog.SyslogCopies;
import dev.kekkai.config.AuditConfig;
import dev.kekkai.custody.CustodyState;
import dev.kekkai.custody.CustodyState.Link;
import dev.kekkai.custody.pkcs11.Pkcs11Token;
import java.time.InstantSource;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/** What a server does for its audit trail while it runs: has it anchored, copies it, and records what happens to the server itself. */
final class AuditWatch implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(AuditWatch.class);
    private static final long ANCHOR_RECORDS = 10_000;
    private static final long LOSSES_SECONDS = 10;
    private static final long END_SECONDS = 5;

    private final FileAuditTrail trail;
    private final Pkcs11Token token;
    private final Anchoring anchoring;
    private final Copy syslog;
    private final Copy otlp;
    private final ScheduledThreadPoolExecutor timer;
    private boolean linkUp = true;

    private AuditWatch(Workbench bench, AuditConfig config, String version) {
        this.trail = bench.audit();
        this.token = bench.token();
        this.anchoring = new Anchoring(
                trail,
                bench.store().anchors(),
                () -> token.signer(AnchorSignature.LABEL),
                new Anchoring.Pace(config.anchorEvery(), ANCHOR_RECORDS),
                InstantSource.system());
        this.syslog = new Copy(
                "syslog", config.syslog().<AuditCopies>map(SyslogCopies::to).orElse(AuditCopies.NONE));
        this.otlp = new Copy(
                "the OTLP collector",
                config.otlp()
                        .<AuditCopies>map(collector -> OtlpCopies.to(address(collector), trail.replica(), version))
                        .orElse(AuditCopies.NONE));
        this.timer = new ScheduledThreadPoolExecutor(
                1, Thread.ofPlatform().daemon().name("kekkai-anchors").factory());
    }

    private static CollectorAddress address(AuditConfig.Otlp collector) {
        return new CollectorAddress(collector.url(), collector.ca(), collector.headers());
    }

    /** Begins; the first record is that the server starts. */
    static AuditWatch start(Workbench bench, AuditConfig config, String version) throws AuditException {
        AuditWatch watch = new AuditWatch(bench, config, version);
        watch.trail.copyTo(lines -> {
            watch.syslog.to.accept(lines);
            watch.otlp.to.accept(lines);
        });
        boolean begun = false;
        try {
            watch.trail.record(AuditEvent.ofServer("server.start", Outcome.DONE, "kekkai " + version));
            begun = true;
        } finally {
            if (!begun) {
                watch.timer.shutdownNow();
                watch.syslog.to.close();
                watch.otlp.to.close();
            }
        }
        watch.anchoring.start(watch.timer);
        var unused =
                watch.timer.scheduleWithFixedDelay(watch::noteLosses, LOSSES_SECONDS, LOSSES_SECONDS, TimeUnit.SECONDS);
        watch.token.onChange(watch::linkChanged);
        return watch;
    }

    Anchoring anchoring() {
        return anchoring;
    }

    AuditCopies syslog() {
        return syslog.to;
    }

    AuditCopies otlp() {
        return otlp.to;
    }

    /** On whatever thread noticed, so it only says so. */
    private void linkChanged() {
        if (!timer.isShutdown()) {
            timer.execute(this::noteLink);
        }
    }

    private void noteLink() {
        CustodyState state = token.state();
        boolean up = state.link() == Link.UP;
        if (up != linkUp) {
            linkUp = up;
            note(up ? "hsm.back" : "hsm.lost", up ? "the session with the HSM is open again" : state.reason());
        }
    }

    private void noteLosses() {
        noteLosses(syslog);
        noteLosses(otlp);
    }

    private void noteLosses(Copy copy) {
        long lost = copy.to.dropped();
        if (lost > copy.lossesSaid) {
            String problem = copy.to.problem();
            note(
                    "audit.dropped",
                    (lost - copy.lossesSaid) + " records did not get to " + copy.name
                            + (problem.isEmpty() ? "" : ": " + problem));
            copy.lossesSaid = lost;
        }
    }

    /** What nobody waits for: that it could not be recorded is logged. */
    private void note(String action, String reason) {
        try {
            trail.record(AuditEvent.ofServer(action, Outcome.DONE, reason));
        } catch (AuditException e) {
            LOG.warnf("'%s' was not recorded: %s", action, e.getMessage());
        }
    }

    /** Records that the server stops, and has that anchored if the HSM is there. */
    @Override
    public void close() {
        timer.shutdown();
        try {
            if (!timer.awaitTermination(END_SECONDS, TimeUnit.SECONDS)) {
                timer.shutdownNow();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        noteLosses();
        note("server.stop", "");
        if (token.state().link() == Link.UP) {
            anchoring.anchor();
            // Its own record may have filled a file, and what says that the oldest was removed comes after it.
            anchoring.anchor();
        }
        syslog.to.close();
        otlp.to.close();
    }

    /** A place beside the file, and how many losses there the trail has on record. */
    private static final class Copy {
        private final String name;
        private final AuditCopies to;
        private long lossesSaid;

        private Copy(String name, AuditCopies to) {
            this.name = name;
            this.to = to;
        }
    }
}
