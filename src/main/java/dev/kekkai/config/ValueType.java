package dev.kekkai.config;

import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * What values a key takes, and how they are read from their text form (a list's is its items with commas between).
 *
 * @param kind what YAML must say it is
 * @param expected completes "expected …"
 * @param reader the value of a text, or empty if it does not fit
 * @param later values that are planned and refused as "not in this version"
 * @param shown whether a text that did not fit may be repeated in a message; never for what could be a secret in the wrong place
 */
public record ValueType<T>(
        Kind kind, String expected, Function<String, Optional<T>> reader, Set<String> later, Predicate<String> shown) {
    public ValueType {
        later = Set.copyOf(later);
    }

    /** The YAML kinds in use. */
    public enum Kind {
        TEXT,
        /** Text from a closed set, as it is written: YAML 1.1 takes {@code off} for a boolean. */
        WORD,
        INTEGER,
        BOOLEAN,
        LIST
    }

    static <T> ValueType<T> hidden(Kind kind, String expected, Function<String, Optional<T>> reader) {
        return new ValueType<>(kind, expected, reader, Set.of(), text -> false);
    }

    static <T> ValueType<T> shown(
            Kind kind, String expected, Function<String, Optional<T>> reader, String harmlessPattern) {
        return new ValueType<>(kind, expected, reader, Set.of(), text -> text.matches(harmlessPattern));
    }

    ValueType<T> refusingForNow(Set<String> planned) {
        return new ValueType<>(kind, expected, reader, planned, shown);
    }

    /** The value, or empty if the text is none of this type. */
    public Optional<T> read(String text) {
        return reader.apply(text);
    }
}
