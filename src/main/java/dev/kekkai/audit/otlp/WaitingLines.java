package dev.kekkai.audit.otlp;

import dev.kekkai.audit.AuditCopies;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;

/** What waits to be sent, bounded by its bytes. For many threads that give and one that takes. */
final class WaitingLines {
    private final int mostBytes;
    private final int batchRecords;
    private final int batchBytes;
    private final Deque<byte[]> groups = new ArrayDeque<>();
    private int bytes;
    private int taken;
    private boolean ended;

    /**
     * @param mostBytes that wait
     * @param batchRecords taken at a time, at most
     * @param batchBytes taken at a time, but for a record that is longer alone
     */
    WaitingLines(int mostBytes, int batchRecords, int batchBytes) {
        this.mostBytes = mostBytes;
        this.batchRecords = batchRecords;
        this.batchBytes = batchBytes;
    }

    /** Takes lines with their newlines, if there is room for all of them. */
    synchronized boolean offer(byte[] lines) {
        if (ended || bytes + lines.length > mostBytes) {
            return false;
        }
        groups.addLast(lines);
        bytes += lines.length;
        notifyAll();
        return true;
    }

    /**
     * Waits until there is something, and takes as many records as fit in a batch, without their newlines; oldest first. Takes none where nothing more
     * will come.
     */
    synchronized List<byte[]> take() throws InterruptedException {
        List<byte[]> batch = new ArrayList<>();
        while (batch.isEmpty() && !(groups.isEmpty() && ended)) {
            if (groups.isEmpty()) {
                wait();
            }
            fill(batch);
        }
        return batch;
    }

    private void fill(List<byte[]> batch) {
        int size = 0;
        while (!groups.isEmpty() && batch.size() < batchRecords) {
            byte[] group = groups.getFirst();
            int end = lineEnd(group, taken);
            int length = end - taken;
            if (!batch.isEmpty() && size + length > batchBytes) {
                break;
            }
            if (length > 0) {
                batch.add(Arrays.copyOfRange(group, taken, end));
                size += length;
            }
            step(group, end + 1);
        }
    }

    private void step(byte[] group, int to) {
        taken = to;
        if (to >= group.length) {
            groups.removeFirst();
            bytes -= group.length;
            taken = 0;
        }
    }

    private static int lineEnd(byte[] lines, int from) {
        int end = from;
        while (end < lines.length && lines[end] != '\n') {
            end++;
        }
        return end;
    }

    /** Nothing more will come; what waits can still be taken. */
    synchronized void end() {
        ended = true;
        notifyAll();
    }

    /** Forgets everything; answers with how many records that were. */
    synchronized long clear() {
        long records = 0;
        int from = taken;
        for (byte[] group : groups) {
            records += AuditCopies.records(group, from);
            from = 0;
        }
        groups.clear();
        bytes = 0;
        taken = 0;
        return records;
    }
}
