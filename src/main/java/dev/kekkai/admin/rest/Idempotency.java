package dev.kekkai.admin.rest;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Remembers what became of changes for an hour, by caller and {@code Idempotency-Key}, so that a client which lost the answer can ask again. Kept in
 * memory: after a restart the verbs themselves say what was done before, as they do on the command line. Bounded: 256 changes an hour for each
 * caller, 1,024 for all.
 */
final class Idempotency {
    static final String HEADER = "Idempotency-Key";

    private static final long KEPT_NANOS = Duration.ofHours(1).toNanos();
    private static final int OF_A_CALLER = 256;
    private static final int OF_ALL = 1024;
    private static final String KEY = "[!-~]{1,128}";

    private final Map<Name, Remembered> remembered = new LinkedHashMap<>();

    private record Name(String caller, String key) {}

    /** The answer is null while it is being made. */
    private record Remembered(
            String fingerprint, long since, @Nullable Object answer) {}

    /** An answer, and whether it was given before. */
    record Answered<T>(T answer, boolean before) {}

    /**
     * Carries a change out, unless it was carried out before. What fails is forgotten: it may be tried again with the same key.
     *
     * @param order everything that makes it this change: method, path, query, body
     * @param kind of its answer
     */
    <T> Answered<T> once(String caller, @Nullable String key, String order, Class<T> kind, Supplier<T> change) {
        if (key == null || !key.matches(KEY)) {
            throw new ProblemException(
                    ProblemCode.IDEMPOTENCY_KEY_REQUIRED,
                    key == null ? "there is none" : "it has 1 to 128 printable ASCII characters without blanks");
        }
        Name name = new Name(caller, key);
        String fingerprint = Callers.sha256((kind.getName() + '\n' + order).getBytes(StandardCharsets.UTF_8));
        Object before = begin(name, fingerprint);
        if (before != null) {
            return new Answered<>(kind.cast(before), true);
        }
        T answer = null;
        try {
            answer = change.get();
            return new Answered<>(answer, false);
        } finally {
            end(name, fingerprint, answer);
        }
    }

    private synchronized @Nullable Object begin(Name name, String fingerprint) {
        long now = System.nanoTime();
        remembered.values().removeIf(entry -> entry.answer() != null && now - entry.since() > KEPT_NANOS);
        Remembered known = remembered.get(name);
        if (known == null) {
            refuseTooMany(name);
            remembered.put(name, new Remembered(fingerprint, now, null));
            return null;
        }
        if (!known.fingerprint().equals(fingerprint)) {
            throw new ProblemException(
                    ProblemCode.IDEMPOTENCY_KEY_REUSED, "the earlier change had another path, query or body");
        }
        if (known.answer() == null) {
            throw new ProblemException(ProblemCode.IDEMPOTENCY_KEY_IN_USE, "it began a moment ago");
        }
        return known.answer();
    }

    private void refuseTooMany(Name name) {
        long own = remembered.keySet().stream()
                .filter(other -> other.caller().equals(name.caller()))
                .count();
        if (own >= OF_A_CALLER || remembered.size() >= OF_ALL) {
            throw new ProblemException(
                    ProblemCode.TOO_MANY_CHANGES, own + " of yours, " + remembered.size() + " in all");
        }
    }

    private synchronized void end(Name name, String fingerprint, @Nullable Object answer) {
        if (answer == null) {
            remembered.remove(name);
        } else {
            remembered.put(name, new Remembered(fingerprint, System.nanoTime(), answer));
        }
    }
}
