package dev.kekkai.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The keys of one kind of file as a tree: which sections there are, and what may stand in each. */
final class Schema {
    private final String root;
    private final Map<String, Key<?>> keys = new LinkedHashMap<>();
    private final Map<String, List<String>> sections = new LinkedHashMap<>();

    /** The root is the one top-level key of the file; the keys' paths begin below it. */
    Schema(String root, List<Key<?>> keys) {
        this.root = root;
        sections.put("", new ArrayList<>());
        for (Key<?> key : keys) {
            this.keys.put(key.path(), key);
            register(key.path());
        }
    }

    private void register(String path) {
        String section = sectionOf(path);
        if (!section.isEmpty() && !sections.containsKey(section)) {
            sections.put(section, new ArrayList<>());
            register(section);
        }
        children(section).add(nameOf(path));
    }

    String root() {
        return root;
    }

    List<Key<?>> keys() {
        return List.copyOf(keys.values());
    }

    Optional<Key<?>> key(String path) {
        return Optional.ofNullable(keys.get(path));
    }

    boolean isSection(String path) {
        return sections.containsKey(path);
    }

    /** What to do about a name that a section ({@code ""} for the outermost) does not have. */
    String adviceOn(String section, String name) {
        List<String> known = children(section);
        String meant = Spelling.nearest(name, known)
                .map(near -> "did you mean \"" + near + "\"? ")
                .orElse("");
        String elsewhere = sections.entrySet().stream()
                .filter(other ->
                        !other.getKey().equals(section) && other.getValue().contains(name))
                .map(other -> other.getKey().isEmpty() ? root : other.getKey())
                .findFirst()
                .map(other -> "\"" + name + "\" belongs to the section \"" + other + "\"; ")
                .orElse("");
        return elsewhere + meant + "known here: " + String.join(", ", known);
    }

    private List<String> children(String section) {
        return sections.getOrDefault(section, new ArrayList<>());
    }

    private static String sectionOf(String path) {
        int dot = path.lastIndexOf('.');
        return dot < 0 ? "" : path.substring(0, dot);
    }

    private static String nameOf(String path) {
        return path.substring(path.lastIndexOf('.') + 1);
    }
}
