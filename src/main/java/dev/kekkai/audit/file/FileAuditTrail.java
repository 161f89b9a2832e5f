package dev.kekkai.audit.file;

import dev.kekkai.audit.AuditEvent;
import dev.kekkai.audit.AuditException;
import dev.kekkai.audit.AuditTrail;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Appends audit records to a file as JSON lines (UTF-8; {@link AuditLine} has the schema): each with one {@code write(2)}, or those that come
 * at the same time with one for all.
 *
 * <p>When {@link #record} returns, or the stage of {@link #recordWithOthers} completes, the operating system has the whole line: {@code kill -9}
 * loses nothing. There is no fsync a record, so a loss of power may lose the last moments. A record that was not wholly written is
 * reported, its number is not used again, and the next one begins on a line of its own, so that an empty line may stand between them; where
 * several were written in one go, all of them are reported, though the first may have reached the file: the trail may say more than
 * was done, never less. A torn last line found at opening is left as it is, ended, and followed by a record {@code audit.torn}. Readers skip
 * what is no record.
 *
 * <p>One process writes a trail, which the store's lock sees to. The file must not be replaced under a running process.
 */
public final class FileAuditTrail implements AuditTrail, AutoCloseable {
    private static final int TYPICAL_LENGTH = 384;

    private final ReentrantLock lock = new ReentrantLock();
    private final String name;
    private final OutputStream out;
    private final AuditLine lines;
    private final InstantSource clock;
    private final GroupWriter groups;
    private long lastSeq;
    private boolean midLine;

    /** Appends to any stream, after an end as given. */
    FileAuditTrail(String name, OutputStream out, AuditLine lines, InstantSource clock, TrailEnd end) {
        this.name = name;
        this.out = out;
        this.lines = lines;
        this.clock = clock;
        this.lastSeq = end.lastSeq();
        this.midLine = end.midLine();
        this.groups = new GroupWriter(this::recordAll);
    }

    /**
     * Opens a trail, or creates it with mode 0600 in a folder that exists. Sequence numbers go on after the last whole record.
     *
     * @param file the trail; not a link, a regular file, writable by its owner only
     * @param clock for the time of each record
     * @throws IOException if the file is refused, with the reason, or cannot be read or written
     */
    public static FileAuditTrail open(Path file, InstantSource clock) throws IOException {
        TrailFile.prepare(file);
        AuditLine lines = new AuditLine();
        TrailEnd end = TrailEnd.of(file, lines);
        FileAuditTrail trail = new FileAuditTrail(file.toString(), TrailFile.append(file), lines, clock, end);
        if (end.midLine() || end.tornBytes() > 0) {
            trail.noteTorn(end);
        }
        return trail;
    }

    @Override
    public void record(AuditEvent event) throws AuditException {
        recordAll(List.of(event));
    }

    @Override
    public CompletionStage<Void> recordWithOthers(AuditEvent event) {
        CompletableFuture<Void> written = new CompletableFuture<>();
        return groups.offer(event, written) ? written : AuditTrail.super.recordWithOthers(event);
    }

    private void recordAll(List<AuditEvent> events) throws AuditException {
        lock.lock();
        try {
            ByteArrayOutputStream group = new ByteArrayOutputStream(TYPICAL_LENGTH * events.size());
            for (AuditEvent event : events) {
                long seq = ++lastSeq;
                group.writeBytes(lines.of(event, seq, clock.instant()));
            }
            append(group.toByteArray());
        } catch (IOException failed) {
            throw new AuditException(
                    "the audit trail " + name + " cannot be written: " + failed.getMessage()
                            + "; see to the disk, requests are refused until it can",
                    failed);
        } finally {
            lock.unlock();
        }
    }

    private void noteTorn(TrailEnd end) throws IOException {
        lock.lock();
        try {
            long seq = ++lastSeq;
            append(lines.ofTorn(seq, clock.instant(), complaint(end)));
        } catch (IOException failed) {
            out.close();
            throw failed;
        } finally {
            lock.unlock();
        }
    }

    private static String complaint(TrailEnd end) {
        return end.tornBytes() > 0
                ? end.tornBytes() + " bytes before this record are no whole record"
                : "the record before this one had lost its newline";
    }

    /** How much of a failed write reached the file is unknown, so a line counts as begun until one has gone out whole. */
    private void append(byte[] group) throws IOException {
        byte[] bytes = midLine ? onFreshLine(group) : group;
        midLine = true;
        out.write(bytes);
        midLine = false;
    }

    private static byte[] onFreshLine(byte[] group) {
        byte[] bytes = Arrays.copyOf(new byte[] {'\n'}, group.length + 1);
        System.arraycopy(group, 0, bytes, 1, group.length);
        return bytes;
    }

    /** Writes what waits, and closes the file. */
    @Override
    public void close() throws IOException {
        groups.close();
        lock.lock();
        try {
            out.close();
        } finally {
            lock.unlock();
        }
    }
}
