package dev.kekkai.config;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The {@code KEKKAI_…} environment variables, which outrank the file key by key and are as strictly read. */
final class EnvironmentOverrides {
    /** Read by the launcher, before there is a configuration. */
    static final Set<String> LAUNCHER = Set.of("KEKKAI_CONFIG", "KEKKAI_HOME", "KEKKAI_JAVA_OPTS");

    private static final String PREFIX = "KEKKAI_";

    /** What a kubelet sets in each pod of a namespace that has a Service called kekkai, or kekkai-something. */
    private static final Pattern SERVICE_LINK =
            Pattern.compile("KEKKAI_([A-Z0-9_]+_)?(SERVICE_HOST|SERVICE_PORT|PORT)(_.*)?");

    private EnvironmentOverrides() {}

    /** The values given, by path, not yet checked. */
    static Map<String, Setting> read(Map<String, String> environment, Schema schema, Problems problems) {
        Map<String, Key<?>> byVariable = schema.keys().stream()
                .collect(Collectors.toMap(Key::variable, Function.identity(), (a, b) -> a, LinkedHashMap::new));
        Map<String, Setting> settings = new LinkedHashMap<>();
        new TreeMap<>(environment).forEach((variable, text) -> {
            Key<?> key = byVariable.get(variable);
            if (key != null) {
                settings.put(key.path(), new Setting(key, text, new Origin.Variable(variable)));
            } else if (variable.startsWith(PREFIX) && !LAUNCHER.contains(variable)) {
                refuse(variable, names(byVariable), problems);
            }
        });
        return settings;
    }

    private static List<String> names(Map<String, Key<?>> byVariable) {
        return byVariable.keySet().stream()
                .map(variable -> variable.substring(PREFIX.length()))
                .toList();
    }

    private static void refuse(String variable, List<String> known, Problems problems) {
        String remedy = SERVICE_LINK.matcher(variable).matches()
                ? "Kubernetes sets it for a Service of that name: set enableServiceLinks: false in the pod"
                : Spelling.nearest(variable.substring(PREFIX.length()), known)
                        .map(near -> "did you mean " + PREFIX + near + "? Unset it otherwise")
                        .orElse("unset it");
        problems.add(new Origin.Variable(Problems.shownName(variable)), "", "no key has this variable", remedy);
    }
}
