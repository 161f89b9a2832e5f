package dev.kekkai.audit;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Looks back through what was recorded, newest first. */
public interface AuditSearch {
    /**
     * Where a page ended. It goes on being that place while the trail grows and is given new files.
     *
     * @param file the number of the first record of the file
     * @param end bytes of that file before which it goes on
     */
    record Place(long file, long end) {}

    /**
     * One look. The work is bounded, so a page may hold fewer records than asked for, even none, and still have another one after it.
     *
     * @param wanted which records
     * @param before where an earlier page ended; empty for the end of the trail
     * @param limit of records, at least 1
     * @throws AuditException if the trail cannot be read
     * @throws IllegalArgumentException if {@code before} is no place where a page ends
     */
    Page find(Wanted wanted, Optional<Place> before, int limit) throws AuditException;

    /**
     * Which records are wanted; all must hold.
     *
     * @param fields exact values by field name of the trail: {@code action}, {@code caller}, {@code outcome}, …
     * @param from not before this time, in ISO 8601 and UTC as the trail writes it, or empty
     * @param to before this time, or empty
     */
    record Wanted(Map<String, String> fields, String from, String to) {
        public Wanted {
            fields = Map.copyOf(fields);
        }
    }

    /**
     * What one look found.
     *
     * @param records newest first: each with the fields that hold text or a number, as text
     * @param before where to go on; empty at the beginning of the trail
     */
    record Page(List<Map<String, String>> records, Optional<Place> before) {
        public Page {
            records = List.copyOf(records);
        }
    }
}
