package dev.kekkai.config;

import java.util.List;
import java.util.stream.Collectors;

/** A configuration that is refused, with everything that was found wrong with it. */
public final class ConfigException extends Exception {
    private final List<ConfigProblem> problems;

    /** The message has one line a problem. */
    public ConfigException(List<ConfigProblem> problems) {
        super(problems.stream().map(ConfigProblem::toString).collect(Collectors.joining("\n")));
        this.problems = List.copyOf(problems);
    }

    /** All that was found, in the order in which it was found; never empty. */
    public List<ConfigProblem> problems() {
        return problems;
    }
}
