package dev.kekkai.config;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/** Reads HSM profiles: bundled ones by name, an operator's own by absolute path. */
public final class ProfileFile {
    private static final String KEY = ConfigKeys.CUSTODY_PROFILE.path();

    private ProfileFile() {}

    /**
     * Reads a profile.
     *
     * @param nameOrPath the name of a bundled profile ({@code [a-z0-9-]+}), or a path if it contains a {@code /}
     * @throws ConfigException with all that is wrong with it
     */
    public static HsmProfile load(String nameOrPath) throws ConfigException {
        Problems problems = new Problems();
        Optional<Loaded> loaded = read(nameOrPath, new Origin.InFile("profile", 0, 0), problems);
        problems.throwIfAny();
        return loaded.orElseThrow().profile();
    }

    /**
     * A profile, and what it says that is not the custodian's business.
     *
     * @param module where the vendor's library usually lies, in text form
     */
    record Loaded(HsmProfile profile, Optional<String> module) {}

    /** The profile, or empty with at least one more problem. */
    static Optional<Loaded> read(String nameOrPath, Origin asked, Problems problems) {
        boolean path = nameOrPath.contains("/");
        String name = path ? nameOfFile(nameOrPath) : nameOrPath;
        if (name.equals(BundledProfiles.NOT_A_PROFILE)) {
            problems.add(asked, KEY, "kekkai.yaml is a configuration, not an HSM profile", known());
            return Optional.empty();
        }
        if (!name.matches("[a-z0-9-]+")) {
            problems.add(asked, KEY, "a profile's name has only a-z, 0-9 and -", "rename the file to <name>.yaml");
            return Optional.empty();
        }
        if (!path && !BundledProfiles.NAMES.contains(name)) {
            problems.add(asked, KEY, "there is no bundled profile \"" + Problems.shownName(name) + "\"", known());
            return Optional.empty();
        }
        return path ? fromFile(name, Path.of(nameOrPath), problems) : fromBinary(name, problems);
    }

    private static Optional<Loaded> fromFile(String name, Path file, Problems problems) {
        return FileBytes.read(file, "give the path of a profile, or the name of a bundled one", problems)
                .flatMap(document -> parse(name, file.toString(), document, problems));
    }

    private static Optional<Loaded> fromBinary(String name, Problems problems) {
        String file = "hsm-config/" + name + ".yaml";
        try {
            return parse(name, file, BundledProfiles.read(name), problems);
        } catch (IOException unreadable) {
            problems.add(new Origin.InFile(file, 0, 0), KEY, "cannot be read from the binary", "install Kekkai again");
            return Optional.empty();
        }
    }

    private static Optional<Loaded> parse(String name, String file, byte[] document, Problems problems) {
        int before = problems.count();
        Map<String, Setting> given = SchemaReader.read(file, document, ProfileKeys.SCHEMA, problems);
        if (problems.count() > before && given.isEmpty()) {
            return Optional.empty();
        }
        Settings settings = Settings.complete(new Origin.InFile(file, 0, 0), ProfileKeys.SCHEMA, given, problems);
        return problems.count() > before ? Optional.empty() : Optional.of(loaded(name, settings));
    }

    private static Loaded loaded(String name, Settings settings) {
        HsmProfile profile = new HsmProfile(
                name,
                settings.get(ProfileKeys.MECHANISM),
                settings.get(ProfileKeys.IV),
                settings.get(ProfileKeys.AMBIGUOUS_TAG_CODES),
                settings.get(ProfileKeys.MAC_KEY_TYPE),
                settings.get(ProfileKeys.OMIT_ATTRIBUTES),
                settings.get(ProfileKeys.INITIALIZE_ARGUMENTS),
                settings.get(ProfileKeys.SOFT_TOKEN),
                settings.get(ProfileKeys.GCM_CALL),
                settings.get(ProfileKeys.UNTOLD_HISTORY),
                settings.get(ProfileKeys.READ_ONLY_SESSIONS));
        return new Loaded(profile, settings.setting(ProfileKeys.MODULE).map(Setting::text));
    }

    private static String nameOfFile(String path) {
        String last = path.substring(path.lastIndexOf('/') + 1);
        return last.endsWith(".yaml") ? last.substring(0, last.length() - ".yaml".length()) : last;
    }

    private static String known() {
        return "use one of " + String.join(", ", new TreeSet<>(BundledProfiles.NAMES))
                + ", or the absolute path of a profile of your own";
    }
}
