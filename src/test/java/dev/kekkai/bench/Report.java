package dev.kekkai.bench;

import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** What a scenario has shown: one line a trial, then the goals. */
record Report(Scenario scenario, List<Result> results) {
    private static final String HEADER = String.format(
            "%-18s %9s %8s %8s %9s %8s %8s %6s %7s %9s  %s",
            "trial",
            "calls/s",
            "p50 ms",
            "p99 ms",
            "max ms",
            "CPU ms/c",
            "HSM/DEK",
            "RSS",
            "heap",
            "checked",
            "errors");

    List<Goal.Verdict> verdicts() {
        Map<String, Result> byName = new TreeMap<>();
        results.forEach(result -> byName.put(result.trial().name(), result));
        return scenario.goals().stream().map(goal -> goal.judge(byName)).toList();
    }

    /** Whether each plaintext that came back was the right one, and some did. */
    boolean sound() {
        return results.stream().allMatch(result -> result.checked() > 0 && result.wrong() == 0);
    }

    void print(PrintWriter out) {
        out.println();
        out.println(scenario.name() + ": " + scenario.summary());
        out.println(HEADER);
        results.forEach(result -> out.println(line(result)));
        verdicts().forEach(verdict -> out.println(verdict.line()));
        if (!sound()) {
            out.println("  WRONG  plaintexts came back that had not been wrapped, or none was checked");
        }
        out.flush();
    }

    private static String line(Result result) {
        Distribution answered = result.answered();
        return String.format(
                Locale.ROOT,
                "%-18s %9.0f %8.3f %8.3f %9.2f %8.4f %8.4f %5.0fM %3d/%2dM %9d  %s",
                result.trial().name(),
                result.medianPerSecond(),
                answered.p50(),
                answered.p99(),
                answered.max(),
                result.cpuPerCall(),
                result.hsmPerDek(),
                result.lastRss(),
                result.heap().liveMib(),
                result.heap().peakMib(),
                result.checked(),
                errors(result));
    }

    private static String errors(Result result) {
        return result.errors().isEmpty()
                ? "none"
                : result.errors()
                        + String.format(
                                Locale.ROOT,
                                " after p99 %.1f ms",
                                result.refused().p99());
    }
}
