package dev.kekkai.admin.rest;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Pages of lists: at most {@code limit} entries, and a cursor, which means nothing to its reader, for those after them. */
final class Paging {
    static final String LIMIT = "50";

    private static final int MOST = 200;
    private static final int LONGEST_CURSOR = 512;

    private Paging() {}

    /** One page. */
    record Page<T>(List<T> items, @Nullable String next) {}

    static int limit(int asked) {
        if (asked < 1 || asked > MOST) {
            throw new ProblemException(ProblemCode.PARAMETER_NOT_UNDERSTOOD, "limit is from 1 to " + MOST);
        }
        return asked;
    }

    /**
     * The page that follows the entry which the cursor names. An entry that is gone meanwhile is not missed: the order goes on where it would be.
     *
     * @param all sorted by name
     * @param name in the order of the list
     */
    static <T> Page<T> of(List<T> all, Function<T, String> name, @Nullable String cursor, int asked) {
        int limit = limit(asked);
        String after = cursor == null ? "" : decode(cursor);
        List<T> rest = cursor == null
                ? all
                : all.stream()
                        .filter(item -> name.apply(item).compareTo(after) > 0)
                        .toList();
        List<T> items = rest.stream().limit(limit).toList();
        return new Page<>(items, rest.size() > limit ? encode(name.apply(items.getLast())) : null);
    }

    static String encode(String place) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(place.getBytes(StandardCharsets.UTF_8));
    }

    static String decode(String cursor) {
        try {
            if (cursor.length() <= LONGEST_CURSOR) {
                return new String(Base64.getUrlDecoder().decode(cursor), StandardCharsets.UTF_8);
            }
        } catch (IllegalArgumentException e) {
            // said below
        }
        throw wrongCursor();
    }

    static ProblemException wrongCursor() {
        return new ProblemException(
                ProblemCode.PARAMETER_NOT_UNDERSTOOD, "cursor is what an earlier page gave as next, unchanged");
    }
}
