package dev.kekkai.bench;

import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * What a scenario must show.
 *
 * @param text the goal in words
 * @param figure what is judged, from the results by the names of their trials
 * @param least whether the bound is a lower one
 */
record Goal(String text, ToDoubleFunction<Map<String, Result>> figure, double bound, boolean least) {
    static Goal atLeast(String text, double bound, ToDoubleFunction<Map<String, Result>> figure) {
        return new Goal(text, figure, bound, true);
    }

    static Goal atMost(String text, double bound, ToDoubleFunction<Map<String, Result>> figure) {
        return new Goal(text, figure, bound, false);
    }

    /** A figure and whether it is what was asked for. */
    record Verdict(String text, double figure, boolean met) {
        String line() {
            return String.format(Locale.ROOT, "  %-6s %s: %.3f", met ? "met" : "MISSED", text, figure);
        }
    }

    Verdict judge(Map<String, Result> results) {
        double value = figure.applyAsDouble(results);
        return new Verdict(text, value, least ? value >= bound : value <= bound);
    }
}
