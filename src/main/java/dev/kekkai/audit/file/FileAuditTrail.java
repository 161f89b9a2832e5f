package dev.kekkai.audit.file;

import dev.kekkai.audit.AuditEvent;
import dev.kekkai.audit.AuditException;
import dev.kekkai.audit.ChainHead;
import dev.kekkai.audit.ChainedTrail;
import dev.kekkai.audit.LookBack;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * Appends audit records to a file as JSON lines (UTF-8; {@link AuditLine} has the schema), each chained to the one before by its hash: each with
 * one {@code write(2)}, or those that come at the same time with one for all.
 *
 * <p>When {@link #record} returns, or the stage of {@link #recordWithOthers} completes, the operating system has the whole line: {@code kill -9}
 * loses nothing; what a loss of power may lose, {@link Fsync} says. A record that was not wholly written is reported; where several were
 * written in one go, all of them are reported, though the first may have reached the file: the trail may say more than was done, never
 * less. A torn line is left as it is, ended, and followed by a record {@code audit.torn}.
 *
 * <p>One process writes a trail, which the store's lock sees to. The file must not be replaced under a running process: when it is full, it is renamed
 * and another begun by {@link Rotation}, over which the chain goes on.
 */
public final class FileAuditTrail implements ChainedTrail, AutoCloseable {
    private final ReentrantLock lock = new ReentrantLock();
    private final String name;
    private final UUID replica;
    private final ChainHead opened;
    private final Page page;
    private final Rotation rotation;
    private final Syncing syncing;
    private final GroupWriter groups;
    private volatile Consumer<byte[]> copies = bytes -> {};
    private volatile ChainHead head;

    /** Appends to any disk, after an end as given. */
    FileAuditTrail(String name, UUID replica, Page page, Rotation rotation, Fsync fsync) {
        this.name = name;
        this.replica = replica;
        this.page = page;
        this.rotation = rotation;
        this.head = page.head();
        this.opened = head;
        this.syncing = new Syncing(fsync, name);
        this.groups = new GroupWriter(this::recordAll);
    }

    /**
     * Opens a trail, or creates it with mode 0600 in a folder that exists. Chain and numbers go on after the last whole record, in whichever file that is.
     *
     * @param file the trail; not a link, a regular file, writable by its owner only
     * @param replica whose trail it is
     * @param clock for the time of each record
     * @throws IOException if the file is refused, with the reason, or cannot be read or written
     */
    public static FileAuditTrail open(Path file, UUID replica, InstantSource clock, TrailOptions options)
            throws IOException {
        TrailFile.prepare(file);
        TrailStart start = TrailStart.find(file);
        TrailFile disk = TrailFile.append(file);
        boolean done = false;
        try {
            Page page = new Page(new AuditLine(replica), clock, disk, start.end());
            FileAuditTrail trail = new FileAuditTrail(
                    file.toString(),
                    replica,
                    page,
                    Rotation.of(file, options, clock, start.firstSeq()),
                    options.fsync());
            if (page.torn() || !start.first().isEmpty()) {
                trail.writeAll(start.first());
            }
            done = true;
            return trail;
        } finally {
            if (!done) {
                disk.close();
            }
        }
    }

    @Override
    public UUID replica() {
        return replica;
    }

    @Override
    public ChainHead head() {
        return head;
    }

    @Override
    public ChainHead opened() {
        return opened;
    }

    @Override
    public LookBack lookBack(long seq) throws AuditException {
        try {
            return TrailLookBack.of(Path.of(name), seq, opened.seq());
        } catch (IOException failed) {
            throw new AuditException(
                    "the audit trail " + name + " cannot be read: " + failed.getMessage()
                            + "; nothing of it is signed until it can",
                    failed);
        }
    }

    /** Where copies of what was written go, from now on: whole lines, after the file has them. Must not block. */
    public void copyTo(Consumer<byte[]> sink) {
        copies = sink;
    }

    @Override
    public void record(AuditEvent event) throws AuditException {
        recordAll(List.of(event));
    }

    @Override
    public CompletionStage<Void> recordWithOthers(AuditEvent event) {
        CompletableFuture<Void> written = new CompletableFuture<>();
        return groups.offer(event, written) ? written : ChainedTrail.super.recordWithOthers(event);
    }

    private void recordAll(List<AuditEvent> events) throws AuditException {
        lock.lock();
        try {
            writeAll(events);
        } catch (IOException failed) {
            throw new AuditException(
                    "the audit trail " + name + " cannot be written: " + failed.getMessage()
                            + "; see to the disk, requests are refused until it can",
                    failed);
        } finally {
            lock.unlock();
        }
    }

    private void writeAll(List<AuditEvent> events) throws IOException {
        List<AuditEvent> all = rotation.before(page, events);
        syncing.beforeWriting(page.disk());
        try {
            byte[] written = page.write(all);
            copies.accept(written);
        } finally {
            head = page.head();
        }
        syncing.afterWriting(page.disk());
        rotation.after();
    }

    /** Writes what waits, and closes the file. */
    @Override
    public void close() throws IOException {
        groups.close();
        syncing.close();
        lock.lock();
        try {
            page.disk().close();
        } finally {
            lock.unlock();
        }
    }
}
