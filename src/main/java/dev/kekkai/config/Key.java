package dev.kekkai.config;

import java.util.Locale;

/**
 * The definition of one key: its name, its type, its default and what it is for.
 *
 * @param path dotted, below the root of its file, for example {@code kms.socket-mode}
 * @param type what values it takes
 * @param absence what holds where it is left out
 * @param help one sentence, which the annotated example repeats
 */
public record Key<T>(String path, ValueType<T> type, Absence absence, String help) {
    /** What holds where a key is left out. */
    public sealed interface Absence {
        /** It must be given. */
        record Refused() implements Absence {}

        /** It has a default, in the text form of its type. */
        record Preset(String text) implements Absence {}

        /** The HSM profile has it, or else it must be given. */
        record ProfileKnows() implements Absence {}

        /** It is simply not there. */
        record Nothing() implements Absence {}
    }

    static <T> Key<T> mandatory(String path, ValueType<T> type, String help) {
        return new Key<>(path, type, new Absence.Refused(), help);
    }

    static <T> Key<T> preset(String path, ValueType<T> type, String text, String help) {
        return new Key<>(path, type, new Absence.Preset(text), help);
    }

    /** The environment variable that outranks the file: {@code kms.socket-mode} is {@code KEKKAI_KMS_SOCKET_MODE}. */
    public String variable() {
        return "KEKKAI_" + path.replace('.', '_').replace('-', '_').toUpperCase(Locale.ROOT);
    }
}
