package dev.kekkai.audit.verify;

import dev.kekkai.audit.ChainHead;
import dev.kekkai.audit.verify.Finding.Kind;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Whether the first record that is there may be the first: of its chain, or after files that the trail says were removed.
 *
 * <p>A record says nothing that whoever writes the files could not have made it say. So a chain begins in the middle only where the HSM signed
 * nothing before, and a removal counts only where what says so is itself proved.
 */
final class Beginning {
    private static final Pattern REMOVED = Pattern.compile(".* last record ([0-9]{1,18}) ([0-9a-f]{64})");

    private static final Pattern RESUMED = Pattern.compile("[0-9]{1,18} records, ([0-9]{1,18}) to ([0-9]{1,18}), .*");

    private final long from;
    private @Nullable TrailLine first;
    private String file = "";
    private long line;
    private long saidBy;
    private long foundBy;

    Beginning(long from) {
        this.from = from;
    }

    void of(TrailLine record, String name, long number) {
        first = record;
        file = name;
        line = number;
    }

    /** A record that may explain it, or that casts doubt on what does. */
    void see(TrailLine record) {
        if (first == null || !record.hashHolds()) {
            return;
        }
        String reason = record.field("reason");
        switch (record.field("action")) {
            case "audit.removed" -> saidBy = saidBy == 0 && explains(first, reason) ? record.seq() : saidBy;
            case "audit.resumed" -> foundBy = foundBy == 0 && names(reason, saidBy) ? record.seq() : foundBy;
            default -> {}
        }
    }

    private static boolean explains(TrailLine first, String reason) {
        Matcher matcher = REMOVED.matcher(reason);
        return matcher.matches()
                && Long.parseLong(matcher.group(1)) == first.seq() - 1
                && matcher.group(2).equals(first.field("prev"));
    }

    private static boolean names(String reason, long seq) {
        Matcher matcher = RESUMED.matcher(reason);
        return matcher.matches() && Long.parseLong(matcher.group(1)) <= seq && seq <= Long.parseLong(matcher.group(2));
    }

    /**
     * At the end of all files.
     *
     * @param proved number of the last record that an anchor, or the running server's word, covers
     * @param provable whether there was a public key, or a server, to prove any
     */
    void judge(AnchorChecks anchors, long proved, boolean provable, List<Finding> findings, List<String> notes) {
        if (first == null) {
            return;
        }
        long seq = first.seq();
        long below = anchors.below(seq);
        String wrong = seq == from || chainBegins(first, below) ? "" : wrong(seq, anchors, proved, provable);
        if (!wrong.isEmpty()) {
            findings.add(new Finding(Kind.REMOVED, file, line, 1, wrong));
        } else if (below > 0) {
            notes.add(below + " anchors are of records before record " + seq + ", which are not here");
        }
        if (foundBy > 0) {
            notes.add("record " + saidBy + ", which says that the records before record " + seq
                    + " were removed, was not signed yet when a server found it, as record " + foundBy
                    + " says: if that was not audit.keep-files before a crash, somebody removed them");
        }
        if (wrong.isEmpty() && saidBy > proved && !provable) {
            notes.add("the records before record " + seq + " were removed, as record " + saidBy
                    + " says; nothing that was looked at proves that record");
        }
    }

    private static boolean chainBegins(TrailLine record, long below) {
        return record.field("prev").equals(ChainHead.NOTHING)
                && (record.seq() == 1 || (record.field("action").equals("audit.begin") && below == 0));
    }

    private String wrong(long seq, AnchorChecks anchors, long proved, boolean provable) {
        long signed = anchors.highest();
        if (signed > 0 && signed < seq) {
            return "the trail begins with record " + seq + ", and the last that the HSM signed is record " + signed
                    + ": nothing of what it signed is here, the files were removed or exchanged for others; "
                    + rest(seq);
        }
        if (saidBy == 0) {
            return "the records before record " + seq + " are missing, and no record says that they were removed: "
                    + rest(seq);
        }
        return saidBy > proved && provable
                ? "the records before record " + seq
                        + " are missing, and neither an anchor nor the running server proves record "
                        + saidBy
                        + ", which says that they were removed: whoever can write the files can have written it; if it was audit.keep-files, the next anchor proves it; else "
                        + rest(seq)
                : "";
    }

    private static String rest(long seq) {
        return "name their files, too, or begin with --from " + seq;
    }
}
