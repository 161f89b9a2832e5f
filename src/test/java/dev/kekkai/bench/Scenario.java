package dev.kekkai.bench;

import java.util.List;

/**
 * A named measurement: a row of the table in {@code docs/performance.md}.
 *
 * @param summary what it is about, in one line
 * @param rounds in which the trials take turns, unless the command line says otherwise
 * @param trials measured side by side
 * @param goals what it must show
 */
record Scenario(String name, String summary, int rounds, List<Trial> trials, List<Goal> goals) {
    Scenario {
        trials = List.copyOf(trials);
        goals = List.copyOf(goals);
    }
}
