package dev.kekkai.audit.file;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.kekkai.audit.AuditSearch.Wanted;
import java.util.List;
import java.util.Map;

/** Goes backwards through a part of a file, record by record. */
final class SearchWindow {
    private final RecordFields fields = new RecordFields();
    private final Wanted wanted;
    private final int limit;

    SearchWindow(Wanted wanted, int limit) {
        this.wanted = wanted;
        this.limit = limit;
    }

    /**
     * Adds what is wanted to what was found, until that is enough.
     *
     * @param start where the window begins in its file; if that is in the middle, what stands before its first newline is left
     * @return where in the window it stopped; negative if all that is older is older than what is wanted
     */
    int search(byte[] window, long start, List<Map<String, String>> found) {
        int end = window.length;
        while (end > 0 && found.size() < limit) {
            int begin = lineBegin(window, end);
            if (begin == 0 && start > 0) {
                break;
            }
            Map<String, String> record = fields.of(new String(window, begin, end - begin, UTF_8));
            end = begin;
            if (tooOld(record)) {
                return -1;
            }
            if (fits(record)) {
                found.add(record);
            }
        }
        return end;
    }

    /** Records are in the order of their times, but for a clock that was set back: then what is older is found without {@code from}. */
    private boolean tooOld(Map<String, String> record) {
        return !record.isEmpty() && time(record).compareTo(wanted.from()) < 0;
    }

    /** The trail's times have one form, so that their text is in their order. */
    private boolean fits(Map<String, String> record) {
        return !record.isEmpty()
                && record.entrySet().containsAll(wanted.fields().entrySet())
                && (wanted.to().isEmpty() || time(record).compareTo(wanted.to()) < 0);
    }

    private static String time(Map<String, String> record) {
        return record.getOrDefault("time", "");
    }

    /** Where the line begins that ends before {@code end}, its newline counted in. */
    private static int lineBegin(byte[] window, int end) {
        int at = end - 1;
        while (at > 0 && window[at - 1] != '\n') {
            at--;
        }
        return at;
    }
}
