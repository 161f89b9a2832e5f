package dev.kekkai.audit.verify;

import dev.kekkai.audit.AnchorRecord;
import dev.kekkai.audit.ChainHead;
import dev.kekkai.audit.verify.Finding.Kind;
import dev.kekkai.store.AuditAnchor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Is told the lines of a trail, twice: first {@link #collect} takes the anchors out of all of them, then {@link #line} follows the chain. It goes
 * on after what it finds, so that one change does not hide another.
 */
public final class TrailVerifier {
    private static final int MOST_FINDINGS = 100;

    private final Evidence evidence;
    private final long from;
    private final LineHash hash = new LineHash();
    private final AnchorChecks anchors = new AnchorChecks();
    private final Gaps gaps = new Gaps();
    private final Beginning beginning;
    private final List<Finding> findings = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();
    private @Nullable UUID replica;
    private String file = "";
    private long line;
    private boolean fresh;
    private long junk;
    private long junkLine;
    private long unchained;
    private long records;
    private long first;
    private @Nullable ChainHead last;
    private boolean headSeen;

    /** @param from the number of the record to begin with; what is before it is not looked at */
    public TrailVerifier(Evidence evidence, long from) {
        this.evidence = evidence;
        this.from = from;
        this.beginning = new Beginning(from);
        this.replica = evidence.replica().orElse(null);
        notes.addAll(evidence.unchecked());
        evidence.anchors().forEach(anchor -> take(anchor, "the database", 0));
    }

    private void take(AuditAnchor anchor, String where, long number) {
        evidence.publicKey().ifPresent(key -> {
            if (!anchors.add(key, anchor)) {
                find(new Finding(
                        Kind.FORGED_ANCHOR,
                        where,
                        number,
                        anchor.seq(),
                        "the HSM did not sign this anchor of record " + anchor.seq()
                                + ": it was forged or changed, or another token's key signed it"));
            }
        });
    }

    /** The first time: takes anchors out of a line. */
    public void collect(String name, long number, byte[] bytes) {
        TrailLine.of(bytes, hash)
                .filter(record -> record.field("action").equals(AnchorRecord.ACTION))
                .ifPresent(record -> readReplica(record)
                        .flatMap(whose -> AnchorRecord.read(whose, record.field("reason")))
                        .ifPresent(anchor -> take(anchor, name, number)));
    }

    private static Optional<UUID> readReplica(TrailLine record) {
        try {
            return Optional.of(UUID.fromString(record.field("replica")));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** The second time: a file begins. */
    public void file(String name) {
        endOfFile();
        file = name;
        line = 0;
        fresh = true;
    }

    /** A line, without its newline. */
    public void line(byte[] bytes) {
        line++;
        Optional<TrailLine> read = TrailLine.of(bytes, hash);
        if (read.isEmpty()) {
            junkLine = junk == 0 ? line : junkLine;
            junk += bytes.length;
        } else if (read.get().schema() == 1) {
            unchained(read.get());
        } else {
            chained(read.get());
        }
    }

    private void unchained(TrailLine record) {
        unchained++;
        junk = 0;
        if (last != null) {
            find(Kind.INSERTED, record.seq(), "a record of schema 1, which is not chained, among records that are");
        }
    }

    private void chained(TrailLine record) {
        explainJunk(record);
        if (record.seq() < from) {
            return;
        }
        if (foreign(record)) {
            return;
        }
        if (!record.hashHolds()) {
            find(
                    Kind.CHANGED,
                    record.seq(),
                    "record " + record.seq() + " is not as it was written: its hash is another one");
        }
        beginning.see(record);
        if (record.field("action").equals("audit.cut")) {
            notes.add("record " + record.seq() + " says: " + record.field("reason"));
        }
        if (follows(record)) {
            last = new ChainHead(record.seq(), record.field("hash"));
            records++;
            compare(record);
        }
        fresh = false;
    }

    private void explainJunk(TrailLine next) {
        if (junk > 0) {
            boolean explained = next.field("action").equals("audit.torn")
                    && next.field("reason").startsWith(junk + " bytes before this record");
            if (explained) {
                notes.add(file + ":" + junkLine + ": " + junk
                        + " bytes of a record that was not wholly written, as record " + next.seq() + " says");
            } else {
                findings.add(new Finding(
                        Kind.NO_RECORD, file, junkLine, 0, junk + " bytes that are no record, and no record says why"));
            }
            junk = 0;
        }
    }

    private boolean foreign(TrailLine record) {
        UUID whose = readReplica(record).orElse(null);
        if (replica == null) {
            replica = whose;
        }
        if (whose != null && whose.equals(replica)) {
            return false;
        }
        find(
                Kind.FOREIGN,
                record.seq(),
                "record " + record.seq() + " is of replica " + record.field("replica") + ", and this is the trail of "
                        + replica);
        return true;
    }

    /** Whether it is to be gone on from. */
    private boolean follows(TrailLine record) {
        ChainHead before = last;
        long seq = record.seq();
        if (before == null) {
            first = seq;
            beginning.of(record, file, line);
            return true;
        }
        if (seq <= before.seq()) {
            return goesBack(record, before);
        }
        if (seq > before.seq() + 1) {
            gaps.add(before.seq() + 1, seq - 1, file, line, fresh);
        } else if (!record.field("prev").equals(before.hash())) {
            find(
                    Kind.CHANGED,
                    before.seq(),
                    "record " + seq + " was written after another record " + before.seq()
                            + " than the one before it: that was exchanged, with a new hash, or all from this one on were");
        }
        return true;
    }

    private boolean goesBack(TrailLine record, ChainHead before) {
        long seq = record.seq();
        if (fresh) {
            find(
                    Kind.FILES,
                    seq,
                    "the file begins with record " + seq + " and the one before it ends with record " + before.seq()
                            + ": the files are not in their order, or one is there twice");
            return true;
        }
        if (gaps.fill(seq)) {
            find(Kind.REORDERED, seq, "record " + seq + " stands after record " + before.seq());
        } else {
            find(
                    Kind.INSERTED,
                    seq,
                    "there is a record " + seq + " already, and this one stands after record " + before.seq());
        }
        return false;
    }

    private void compare(TrailLine record) {
        anchors.contradiction(record.seq(), record.field("hash"))
                .ifPresent(why -> find(Kind.REPLACED, record.seq(), why));
        evidence.head().filter(head -> head.seq() == record.seq()).ifPresent(head -> {
            headSeen = head.hash().equals(record.field("hash"));
            if (!headSeen) {
                find(
                        Kind.REPLACED,
                        record.seq(),
                        "the running server wrote another record " + record.seq()
                                + ": this is not the file that it writes");
            }
        });
    }

    private void find(Kind kind, long seq, String message) {
        find(new Finding(kind, file, line, seq, message));
    }

    private void find(Finding finding) {
        findings.add(finding);
    }

    /** What is left at the end of a file may be explained by the first record of the next. */
    private void endOfFile() {
        if (junk > 0 && junkLine > 0) {
            notes.add(
                    file + ":" + junkLine + ": the file ends with " + junk
                            + " bytes that are no whole record: it is being written, or the server was cut off, or somebody cut it");
            junk = 0;
        }
    }

    /** The end of all files. */
    public Report report() {
        endOfFile();
        long end = last == null ? 0 : last.seq();
        findings.addAll(gaps.findings());
        boolean provable = evidence.publicKey().isPresent() || evidence.head().isPresent();
        beginning.judge(anchors, proved(), provable, findings, notes);
        new Ending(end, file, line).judge(anchors.highest(), evidence, findings);
        if (unchained > 0) {
            notes.add(unchained + " records of schema 1, from before the trail was chained, prove nothing");
        }
        int more = findings.size() - MOST_FINDINGS;
        if (more > 0) {
            notes.add(more + " more findings are not shown");
        }
        return new Report(
                replica == null ? "" : replica.toString(),
                records,
                first,
                end,
                anchors.provedTo(),
                anchors.provedAt().orElse(null),
                headSeen,
                findings.subList(0, Math.min(findings.size(), MOST_FINDINGS)),
                notes);
    }

    private long proved() {
        long served = headSeen ? evidence.head().map(ChainHead::seq).orElse(0L) : 0;
        return Math.max(anchors.provedTo(), served);
    }
}
