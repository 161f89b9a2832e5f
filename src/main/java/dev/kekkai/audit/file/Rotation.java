package dev.kekkai.audit.file;

import dev.kekkai.audit.AuditEvent;
import dev.kekkai.audit.AuditEvent.Outcome;
import dev.kekkai.audit.ChainHead;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Begins a new file when one is full, and removes the oldest full ones if that was asked for, each after the trail says so. Guarded by the lock of
 * {@link FileAuditTrail}.
 */
final class Rotation {
    /** The action of a record that says that a full file was removed. Its reason ends with the last record of that file. */
    static final String REMOVED = "audit.removed";

    private static final Duration AFTER_FAILURE = Duration.ofMinutes(1);
    private static final Logger LOG = Logger.getLogger(Rotation.class);

    private final @Nullable Path file;
    private final TrailOptions options;
    private final InstantSource clock;
    private final List<Path> doomed = new ArrayList<>();
    private final List<AuditEvent> said = new ArrayList<>();
    private long firstSeq;
    private Instant begun;
    private Instant nextAttempt = Instant.MIN;

    private Rotation(@Nullable Path file, TrailOptions options, InstantSource clock, long firstSeq, Instant begun) {
        this.file = file;
        this.options = options;
        this.clock = clock;
        this.firstSeq = firstSeq;
        this.begun = begun;
    }

    /** For a disk that is no file. */
    static Rotation never(InstantSource clock) {
        return new Rotation(null, TrailOptions.DEFAULT, clock, 1, clock.instant());
    }

    static Rotation of(Path file, TrailOptions options, InstantSource clock, long firstSeq) throws IOException {
        Instant begun = Files.readAttributes(file, BasicFileAttributes.class)
                .creationTime()
                .toInstant();
        return new Rotation(file, options, clock, firstSeq, begun);
    }

    /** Turns the page if it is full; answers with what is to be written now. */
    List<AuditEvent> before(Page page, List<AuditEvent> events) throws IOException {
        if (file != null && mayTurn(page) && full(page) && turned(file, page)) {
            remove(file);
        }
        if (said.isEmpty()) {
            return events;
        }
        List<AuditEvent> all = new ArrayList<>(said);
        all.addAll(events);
        return all;
    }

    /** Not where nobody knows yet how much of the last write is in the file that would be left. */
    private boolean mayTurn(Page page) {
        return page.size() > 0
                && !page.torn()
                && !page.doubtful()
                && !clock.instant().isBefore(nextAttempt);
    }

    private boolean full(Page page) {
        boolean old = !options.rotateAfter().isZero() && !clock.instant().isBefore(begun.plus(options.rotateAfter()));
        return old || page.size() >= options.rotateSize();
    }

    /** A trail that cannot be given a new file goes on in the old one: records count for more than their size. */
    private boolean turned(Path written, Page page) throws IOException {
        Path full = TrailFolder.fullName(written, firstSeq);
        Disk before = page.disk();
        TrailFile next;
        try {
            if (options.fsync() != Fsync.NEVER) {
                before.sync();
            }
            if (Files.exists(full)) {
                throw new IOException(full + " exists already");
            }
            next = exchanged(written, full);
        } catch (IOException e) {
            LOG.errorf("the audit trail %s is full and goes on growing: %s", written, e.getMessage());
            nextAttempt = clock.instant().plus(AFTER_FAILURE);
            return false;
        }
        begun = clock.instant();
        page.turn(next);
        firstSeq = page.head().seq() + 1;
        before.close();
        return true;
    }

    /** The new file is there and open before the full one gives up its name: what fails before that leaves all as it was. */
    private static TrailFile exchanged(Path written, Path full) throws IOException {
        Path fresh = written.resolveSibling(written.getFileName() + ".new");
        Files.deleteIfExists(fresh);
        TrailFile.prepare(fresh);
        TrailFile next = TrailFile.append(fresh, written);
        try {
            Files.move(written, full);
            try {
                Files.move(fresh, written);
            } catch (IOException e) {
                Files.move(full, written);
                throw e;
            }
            return next;
        } catch (IOException e) {
            next.close();
            throw e;
        }
    }

    private void remove(Path written) throws IOException {
        List<Path> full = TrailFolder.full(written);
        int surplus = options.keepFiles() == 0 ? 0 : full.size() - options.keepFiles();
        for (Path oldest : full.subList(0, Math.max(0, surplus))) {
            if (!doomed.contains(oldest)) {
                ChainHead last = TrailEnd.of(oldest).head();
                said.add(AuditEvent.ofServer(
                        REMOVED,
                        Outcome.DONE,
                        oldest.getFileName() + " by audit.keep-files; last record " + last.seq() + " " + last.hash()));
                doomed.add(oldest);
            }
        }
    }

    /** What was said is in the trail. */
    void after() {
        for (Path full : doomed) {
            try {
                Files.deleteIfExists(full);
            } catch (IOException e) {
                LOG.warnf("the full audit file %s cannot be removed: %s", full, e.getMessage());
            }
        }
        doomed.clear();
        said.clear();
    }
}
