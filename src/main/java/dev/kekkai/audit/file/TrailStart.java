package dev.kekkai.audit.file;

import dev.kekkai.audit.AuditEvent;
import dev.kekkai.audit.AuditEvent.Outcome;
import dev.kekkai.audit.ChainHead;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Where a trail goes on when it is opened.
 *
 * @param end of the file that is written, or of the last full one if nothing is in it
 * @param firstSeq the number of the first record in the file that is written
 * @param first what is to be recorded before anything else
 */
record TrailStart(TrailEnd end, long firstSeq, List<AuditEvent> first) {
    /** The action of the first record of a chain that does not begin with number 1. */
    static final String BEGIN = "audit.begin";

    static TrailStart find(Path file) throws IOException {
        TrailEnd end = TrailEnd.of(file);
        return switch (end.schema()) {
            case 0 -> afterFull(file, end);
            case 1 -> afterUnchained(file, end);
            default -> new TrailStart(end, TrailFolder.firstSeq(file).orElse(1), List.of());
        };
    }

    private static TrailStart afterFull(Path file, TrailEnd torn) throws IOException {
        List<Path> full = TrailFolder.full(file);
        if (full.isEmpty()) {
            return new TrailStart(torn, 1, List.of());
        }
        TrailEnd before = TrailEnd.of(full.getLast());
        TrailEnd end = new TrailEnd(before.schema(), before.head(), torn.midLine(), torn.tornBytes());
        List<AuditEvent> first = before.schema() == 1 ? List.of(begun(full.getLast())) : List.of();
        return new TrailStart(end, before.head().seq() + 1, first);
    }

    /** A file of schema 1 is full: a chain begins after it. */
    private static TrailStart afterUnchained(Path file, TrailEnd end) throws IOException {
        Path full = TrailFolder.fullName(file, TrailFolder.firstSeq(file).orElse(1));
        if (Files.exists(full)) {
            throw new IOException(full + " exists already, and " + file + " is to be named so; move one of them aside");
        }
        Files.move(file, full);
        TrailFile.prepare(file);
        ChainHead head = new ChainHead(end.head().seq(), ChainHead.NOTHING);
        return new TrailStart(new TrailEnd(2, head, false, 0), head.seq() + 1, List.of(begun(full)));
    }

    private static AuditEvent begun(Path before) {
        return AuditEvent.ofServer(
                BEGIN,
                Outcome.DONE,
                "the chain begins here; the records of " + before.getFileName() + " are not chained");
    }
}
