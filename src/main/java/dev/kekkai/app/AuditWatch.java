package dev.kekkai.app;

import dev.kekkai.audit.AnchorSignature;
import dev.kekkai.audit.Anchoring;
import dev.kekkai.audit.AuditEvent;
import dev.kekkai.audit.AuditEvent.Outcome;
import dev.kekkai.audit.AuditException;
import dev.kekkai.audit.file.FileAuditTrail;
import dev.kekkai.audit.syslog.SyslogCopies;
import dev.kekkai.config.AuditConfig;
import dev.kekkai.custody.CustodyState;
import dev.kekkai.custody.CustodyState.Link;
import dev.kekkai.custody.pkcs11.Pkcs11Token;
import java.time.InstantSource;
import java.util.Optional;
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
    private final Optional<SyslogCopies> syslog;
    private final ScheduledThreadPoolExecutor timer;
    private boolean linkUp = true;
    private long lossesSaid;

    private AuditWatch(Workbench bench, AuditConfig config) {
        this.trail = bench.audit();
        this.token = bench.token();
        this.anchoring = new Anchoring(
                trail,
                bench.store().anchors(),
                () -> token.signer(AnchorSignature.LABEL),
                new Anchoring.Pace(config.anchorEvery(), ANCHOR_RECORDS),
                InstantSource.system());
        this.syslog = config.syslog().map(SyslogCopies::to);
        this.timer = new ScheduledThreadPoolExecutor(
                1, Thread.ofPlatform().daemon().name("kekkai-anchors").factory());
    }

    /** Begins; the first record is that the server starts. */
    static AuditWatch start(Workbench bench, AuditConfig config, String version) throws AuditException {
        AuditWatch watch = new AuditWatch(bench, config);
        watch.syslog.ifPresent(watch.trail::copyTo);
        boolean begun = false;
        try {
            watch.trail.record(AuditEvent.ofServer("server.start", Outcome.DONE, "kekkai " + version));
            begun = true;
        } finally {
            if (!begun) {
                watch.timer.shutdownNow();
                watch.syslog.ifPresent(SyslogCopies::close);
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

    long dropped() {
        return syslog.map(SyslogCopies::dropped).orElse(0L);
    }

    String syslogProblem() {
        return syslog.map(SyslogCopies::problem).orElse("");
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
        long lost = dropped();
        if (lost > lossesSaid) {
            note("audit.dropped", (lost - lossesSaid) + " records did not get to syslog: " + syslogProblem());
            lossesSaid = lost;
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
        syslog.ifPresent(SyslogCopies::close);
    }
}
