package dev.kekkai.audit.file;

import dev.kekkai.audit.AuditException;
import dev.kekkai.audit.AuditSearch;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads the files of a trail backwards, from the one that is written to the oldest full one, at most 1 MiB (some 2,000 records) a look. What is no record
 * is passed over. It reads beside a writer: a line that is only half there is passed over, too, and a file that is renamed between two looks is the same
 * file.
 */
public final class TrailSearch implements AuditSearch {
    private static final int WINDOW = 1024 * 1024;

    private final Path file;

    public TrailSearch(Path file) {
        this.file = file;
    }

    @Override
    public Page find(Wanted wanted, Optional<Place> before, int limit) throws AuditException {
        try {
            Optional<SearchedFile> first = before.isPresent()
                    ? SearchedFile.numbered(file, before.get().file())
                    : Optional.of(SearchedFile.written(file));
            if (first.isEmpty()) {
                return afterRemoval(before.orElseThrow());
            }
            return search(first.get(), before, wanted, limit);
        } catch (IOException e) {
            throw new AuditException("the audit trail " + file + " cannot be read: " + e.getMessage(), e);
        }
    }

    /** What {@code audit.keep-files} removed meanwhile was the oldest, so nothing is older. */
    private Page afterRemoval(Place before) throws IOException {
        if (!SearchedFile.precedesAll(file, before.file())) {
            throw new IllegalArgumentException("the trail has no file that begins with record " + before.file());
        }
        return new Page(List.of(), Optional.empty());
    }

    private Page search(SearchedFile first, Optional<Place> before, Wanted wanted, int limit) throws IOException {
        List<Map<String, String>> found = new ArrayList<>();
        SearchWindow window = new SearchWindow(wanted, limit);
        SearchedFile at = first;
        int left = WINDOW;
        try {
            long end = before.isPresent() ? checked(at, before.get().end()) : at.size();
            while (true) {
                long start = Math.max(0, end - left);
                byte[] bytes = at.read(start, (int) (end - start));
                int stopped = window.search(bytes, start, found);
                if (stopped < 0) {
                    return new Page(found, Optional.empty());
                }
                if (start + stopped > 0) {
                    requireRecords(bytes, stopped);
                    return new Page(found, Optional.of(new Place(at.number(), start + stopped)));
                }
                left -= bytes.length;
                Optional<SearchedFile> older = SearchedFile.before(file, at.number());
                if (older.isEmpty()) {
                    return new Page(found, Optional.empty());
                }
                at.close();
                at = older.get();
                end = at.size();
                if (left == 0 || found.size() == limit) {
                    return new Page(found, Optional.of(new Place(at.number(), end)));
                }
            }
        } finally {
            at.close();
        }
    }

    private static long checked(SearchedFile at, long end) throws IOException {
        if (end < 0 || end > at.size()) {
            throw new IllegalArgumentException("its file has no place " + end);
        }
        if (end > 0 && at.read(end - 1, 1)[0] != '\n') {
            throw new IllegalArgumentException("no record of its file ends at " + end);
        }
        return end;
    }

    private static void requireRecords(byte[] window, int stopped) throws IOException {
        if (stopped == WINDOW && window.length == WINDOW) {
            throw new IOException("it has a line of more than 1 MiB, which is no record; keep it and move it aside");
        }
    }
}
