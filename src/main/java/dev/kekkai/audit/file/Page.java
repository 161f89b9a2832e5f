package dev.kekkai.audit.file;

import dev.kekkai.audit.AuditEvent;
import dev.kekkai.audit.AuditEvent.Outcome;
import dev.kekkai.audit.ChainHead;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

/**
 * What the chain goes on after, and how much of a write that failed has become part of it. Guarded by the lock of {@link FileAuditTrail}.
 *
 * <p>After a failure nobody knows what reached the file until its length is asked: whole lines of it stand, and the chain goes on after them; what
 * is left of a line is ended and named by a record {@code audit.torn}.
 */
final class Page {
    /** The action of a record that says that what is before it is no whole record. */
    static final String TORN = "audit.torn";

    private static final int TYPICAL_LENGTH = 640;

    private final AuditLine lines;
    private final InstantSource clock;
    private Disk disk;
    private ChainHead head;
    private long size;
    private boolean midLine;
    private int tornBytes;
    private byte[] last = new byte[0];
    private List<Line> lastLines = List.of();

    private record Line(int end, ChainHead head) {}

    Page(AuditLine lines, InstantSource clock, Disk disk, TrailEnd end) throws IOException {
        this.lines = lines;
        this.clock = clock;
        this.disk = disk;
        this.head = end.head();
        this.size = disk.size();
        this.midLine = end.midLine();
        this.tornBytes = end.tornBytes();
    }

    ChainHead head() {
        return head;
    }

    long size() {
        return size;
    }

    Disk disk() {
        return disk;
    }

    boolean torn() {
        return midLine || tornBytes > 0;
    }

    /** Whether nobody knows how much of the last write is in the file. */
    boolean doubtful() {
        return last.length > 0;
    }

    /** Goes on in another file, which is empty. */
    void turn(Disk next) throws IOException {
        size = next.size();
        disk = next;
    }

    /** Writes all in one go; answers with the bytes that went out. */
    byte[] write(List<AuditEvent> events) throws IOException {
        settle();
        ByteArrayOutputStream group = new ByteArrayOutputStream(TYPICAL_LENGTH * (events.size() + 1));
        List<Line> ends = new ArrayList<>(events.size() + 1);
        ChainHead after = head;
        if (midLine) {
            group.write('\n');
        }
        if (torn()) {
            after = lines.append(AuditEvent.ofServer(TORN, Outcome.DONE, complaint()), after, clock.instant(), group);
            ends.add(new Line(group.size(), after));
        }
        for (AuditEvent event : events) {
            after = lines.append(event, after, clock.instant(), group);
            ends.add(new Line(group.size(), after));
        }
        last = group.toByteArray();
        lastLines = ends;
        disk.write(last);
        byte[] written = last;
        took(written.length);
        return written;
    }

    private void settle() throws IOException {
        if (last.length > 0) {
            long reached = disk.size() - size;
            if (reached < 0 || reached > last.length) {
                throw new IOException("the file changed under this process: it has " + disk.size()
                        + " bytes, which is not what was written to it; look who writes to it, and restart");
            }
            took((int) reached);
        }
    }

    /** Takes note that so many of the last bytes are in the file. */
    private void took(int bytes) {
        int whole = 0;
        for (Line line : lastLines) {
            if (line.end() <= bytes) {
                head = line.head();
                whole = line.end();
                tornBytes = 0;
            }
        }
        if (bytes > 0) {
            int left = bytes - whole;
            tornBytes += whole == 0 && last[0] == '\n' ? left - 1 : left;
            midLine = last[bytes - 1] != '\n';
        }
        size += bytes;
        last = new byte[0];
        lastLines = List.of();
    }

    private String complaint() {
        return tornBytes > 0
                ? tornBytes + " bytes before this record are no whole record"
                : "the record before this one had lost its newline";
    }
}
