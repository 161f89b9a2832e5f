package dev.kekkai.config;

import java.util.ArrayList;
import java.util.List;

/** Collects what is wrong, so that an operator sees all of it at once. */
final class Problems {
    private final List<ConfigProblem> found = new ArrayList<>();

    /** What a message about a key or a variable shows of its name at most, in characters. */
    private static final int SHOWN_NAME = 64;

    void add(Origin where, String key, String what, String remedy) {
        found.add(
                switch (where) {
                    case Origin.InFile file ->
                        new ConfigProblem(file.file(), file.line(), file.column(), key, what, remedy);
                    case Origin.Variable variable ->
                        new ConfigProblem("environment variable " + variable.name(), 0, 0, key, what, remedy);
                    case Origin.FromProfile profile ->
                        new ConfigProblem("profile " + profile.name(), 0, 0, key, what, remedy);
                    case Origin.Preset preset -> new ConfigProblem("default", 0, 0, key, what, remedy);
                });
    }

    boolean mention(String key) {
        return found.stream().anyMatch(problem -> problem.key().equals(key));
    }

    int count() {
        return found.size();
    }

    void throwIfAny() throws ConfigException {
        if (!found.isEmpty()) {
            throw new ConfigException(found);
        }
    }

    /** A name from outside, fit for a message: bounded and without control characters. */
    static String shownName(String name) {
        String clean = name.replaceAll("\\p{C}", "?");
        return clean.length() <= SHOWN_NAME ? clean : clean.substring(0, SHOWN_NAME) + "…";
    }
}
