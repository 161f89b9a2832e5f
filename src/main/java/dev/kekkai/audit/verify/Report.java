package dev.kekkai.audit.verify;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is proved of a trail, and what is wrong with it.
 *
 * @param replica whose it is, or empty if it has no chained record
 * @param records chained ones that were read
 * @param first number of the first of them, 0 if there is none
 * @param last number of the last
 * @param provedTo number of the last record that an anchor of the HSM covers; 0 if none does
 * @param provedAt when that anchor was signed
 * @param head whether the running server's word covers the records after it
 * @param findings what is wrong, as it comes in the files
 * @param notes what is remarkable and not wrong, and what could not be checked
 */
public record Report(
        String replica,
        long records,
        long first,
        long last,
        long provedTo,
        @Nullable Instant provedAt,
        boolean head,
        List<Finding> findings,
        List<String> notes) {
    public Report {
        findings = List.copyOf(findings);
        notes = List.copyOf(notes);
    }

    /** How many records at the end no anchor covers: a thief of them, and of what may have followed, would not be found out. */
    public long unproved() {
        return last - Math.min(provedTo, last);
    }
}
