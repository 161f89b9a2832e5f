package dev.kekkai.audit.file;

import java.io.IOException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Has the disk itself take what was written, as {@link Fsync} says. What it failed to take stops the records that follow until it takes it. */
final class Syncing implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(Syncing.class);
    private static final long INTERVAL_MILLIS = 1000;

    private final Fsync fsync;
    private final String name;
    private final @Nullable ScheduledThreadPoolExecutor timer;
    private volatile @Nullable Disk unsynced;
    private volatile boolean failed;

    Syncing(Fsync fsync, String name) {
        this.fsync = fsync;
        this.name = name;
        this.timer = fsync == Fsync.INTERVAL ? timer() : null;
    }

    private ScheduledThreadPoolExecutor timer() {
        ScheduledThreadPoolExecutor made = new ScheduledThreadPoolExecutor(
                1, Thread.ofPlatform().daemon().name("kekkai-audit-sync").factory());
        var unused = made.scheduleWithFixedDelay(this::sync, INTERVAL_MILLIS, INTERVAL_MILLIS, TimeUnit.MILLISECONDS);
        return made;
    }

    /** Under the trail's lock. */
    void beforeWriting(Disk disk) throws IOException {
        if (failed) {
            disk.sync();
            failed = false;
        }
    }

    /** Under the trail's lock. */
    void afterWriting(Disk disk) throws IOException {
        switch (fsync) {
            case NEVER -> {}
            case INTERVAL -> unsynced = disk;
            case ALWAYS -> {
                failed = true;
                disk.sync();
                failed = false;
            }
        }
    }

    private void sync() {
        Disk disk = unsynced;
        unsynced = null;
        if (disk == null) {
            return;
        }
        try {
            disk.sync();
        } catch (IOException e) {
            failed = true;
            LOG.errorf(
                    "the disk does not take the audit trail %s (%s); requests are refused until it does",
                    name, e.getMessage());
        }
    }

    @Override
    public void close() {
        if (timer != null) {
            timer.shutdownNow();
            sync();
        }
    }
}
