package dev.kekkai.audit.verify;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Numbers that were passed over, some of which may come yet. */
final class Gaps {
    private static final int MOST_FOUND = 100_000;

    private final List<Gap> gaps = new ArrayList<>();
    private final Set<Long> found = new HashSet<>();

    /** Between two records that follow each other in a file. */
    private record Gap(long from, long to, String file, long line, boolean betweenFiles) {}

    void add(long from, long to, String file, long line, boolean betweenFiles) {
        gaps.add(new Gap(from, to, file, line, betweenFiles));
    }

    /** Whether a number was missing, and is not any more. */
    boolean fill(long seq) {
        boolean missing = gaps.stream().anyMatch(gap -> gap.from() <= seq && seq <= gap.to());
        return missing && found.size() < MOST_FOUND && found.add(seq);
    }

    /** Those of which something is missing still. */
    List<Finding> findings() {
        return gaps.stream().filter(gap -> missing(gap) > 0).map(this::finding).toList();
    }

    private long missing(Gap gap) {
        return gap.to()
                - gap.from()
                + 1
                - found.stream()
                        .filter(seq -> gap.from() <= seq && seq <= gap.to())
                        .count();
    }

    private Finding finding(Gap gap) {
        long missing = missing(gap);
        String which = missing == 1 && gap.from() == gap.to()
                ? "record " + gap.from() + " is missing"
                : missing + " records from " + gap.from() + " to " + gap.to() + " are missing";
        return new Finding(
                Finding.Kind.REMOVED,
                gap.file(),
                gap.line(),
                gap.from(),
                which + " before this one" + (gap.betweenFiles() ? ": a whole file may be" : ""));
    }
}
