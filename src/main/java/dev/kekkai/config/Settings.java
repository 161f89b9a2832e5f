package dev.kekkai.config;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;

/** The values of one file by key, each of its type, defaults filled in. */
final class Settings {
    private final Map<String, Setting> settings = new LinkedHashMap<>();
    private final Schema schema;

    private Settings(Schema schema) {
        this.schema = schema;
    }

    /** Checks what was given and fills in defaults; what does not fit or is missing is a problem and has no value afterwards. */
    static Settings complete(Origin file, Schema schema, Map<String, Setting> given, Problems problems) {
        Settings complete = new Settings(schema);
        for (Key<?> key : schema.keys()) {
            Setting setting = given.get(key.path());
            if (setting != null) {
                complete.check(setting, problems);
            } else if (key.absence() instanceof Key.Absence.Preset preset) {
                complete.put(new Setting(key, preset.text(), new Origin.Preset()));
            } else if (key.absence() instanceof Key.Absence.Refused && !problems.mention(key.path())) {
                problems.add(
                        file,
                        key.path(),
                        "is missing and has no default",
                        "give " + key.type().expected());
            }
        }
        return complete;
    }

    private void check(Setting setting, Problems problems) {
        Key<?> key = setting.key();
        ValueType<?> type = key.type();
        if (type.read(setting.text()).isPresent()) {
            put(setting);
        } else if (type.later().contains(setting.text())) {
            problems.add(
                    setting.origin(), key.path(), setting.text() + " is not in this version", "use " + type.expected());
        } else {
            String found = type.shown().test(setting.text()) ? setting.text() : "something else";
            problems.add(
                    setting.origin(),
                    key.path(),
                    "expected " + type.expected() + ", found " + found,
                    "correct the value");
        }
    }

    void put(Setting setting) {
        settings.put(setting.key().path(), setting);
    }

    Optional<Setting> setting(Key<?> key) {
        return Optional.ofNullable(settings.get(key.path()));
    }

    <T> Optional<T> find(Key<T> key) {
        return setting(key).flatMap(setting -> key.type().read(setting.text()));
    }

    /**
     * The value of a key that is known to have one.
     *
     * @throws NoSuchElementException if it has none: then a problem was found, and should have been thrown first
     */
    <T> T get(Key<T> key) {
        return find(key).orElseThrow(() -> new NoSuchElementException(key.path()));
    }

    /** All of them in the order of the schema. */
    List<Setting> all() {
        return schema.keys().stream().flatMap(key -> setting(key).stream()).toList();
    }
}
