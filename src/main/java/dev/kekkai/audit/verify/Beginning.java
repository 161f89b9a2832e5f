package dev.kekkai.audit.verify;

import dev.kekkai.audit.ChainHead;
import dev.kekkai.audit.verify.Finding.Kind;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Whether the first record that is there may be the first: of its chain, or after files that the trail says were removed. */
final class Beginning {
    private static final Pattern REMOVED = Pattern.compile(".* last record ([0-9]{1,18}) ([0-9a-f]{64})");

    private final long from;
    private @Nullable Finding suspicion;
    private long after;
    private String prev = "";

    Beginning(long from) {
        this.from = from;
    }

    void of(TrailLine first, String file, long line) {
        after = first.seq() - 1;
        prev = first.field("prev");
        boolean chainBegins = prev.equals(ChainHead.NOTHING)
                && (first.seq() == 1 || first.field("action").equals("audit.begin"));
        if (!chainBegins && first.seq() != from) {
            suspicion = new Finding(
                    Kind.REMOVED,
                    file,
                    line,
                    1,
                    "the records before record " + first.seq()
                            + " are missing, and no record says that they were removed: name their files, too, or begin with --from "
                            + first.seq());
        }
    }

    /** A record that may explain it. */
    void see(TrailLine record) {
        if (suspicion != null && record.hashHolds() && record.field("action").equals("audit.removed")) {
            Matcher matcher = REMOVED.matcher(record.field("reason"));
            boolean explains = matcher.matches()
                    && Long.parseLong(matcher.group(1)) == after
                    && (matcher.group(2).equals(prev) || prev.equals(ChainHead.NOTHING));
            suspicion = explains ? null : suspicion;
        }
    }

    Optional<Finding> finding() {
        return Optional.ofNullable(suspicion);
    }
}
