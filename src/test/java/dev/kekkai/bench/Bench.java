package dev.kekkai.bench;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** {@code bin/bench}: runs scenarios, prints a table of each, and writes all of it as JSON. */
public final class Bench {
    private static final int OK = 0;
    private static final int UNSOUND = 1;
    private static final int USAGE = 2;

    private Bench() {}

    public static void main(String[] arguments) throws Exception {
        PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
        CommandLine line = new CommandLine(BenchOptions.spec());
        try {
            ParseResult parsed = line.parseArgs(arguments);
            System.exit(parsed.isUsageHelpRequested() ? usage(line, out, OK) : run(BenchOptions.of(parsed, line), out));
        } catch (ParameterException e) {
            System.err.println("bench: " + e.getMessage());
            System.exit(usage(line, new PrintWriter(System.err, true, StandardCharsets.UTF_8), USAGE));
        }
    }

    private static int usage(CommandLine line, PrintWriter to, int code) {
        line.usage(to);
        return code;
    }

    private static int run(BenchOptions options, PrintWriter out) throws Exception {
        if (options.list()) {
            Scenarios.all().forEach(scenario -> out.printf("%-14s %s%n", scenario.name(), scenario.summary()));
            return OK;
        }
        if (options.micro()) {
            micro(options.quick());
        }
        boolean attested = !options.attest() || AttestBench.run(out, options.javaOptions());
        Lab lab = new Lab(options.pace(), options.javaOptions());
        List<Report> reports = new ArrayList<>();
        for (Scenario scenario : options.scenarios()) {
            Report report = new Report(scenario, lab.run(scenario));
            report.print(out);
            reports.add(report);
            Path json = options.json();
            if (json != null) {
                JsonReport.write(
                        json, reports, options.arguments()); // each time, so that an interrupted run leaves what it has
            }
        }
        return attested && reports.stream().allMatch(Report::sound) ? OK : UNSOUND;
    }

    private static void micro(boolean quick) throws RunnerException {
        OptionsBuilder options = new OptionsBuilder();
        options.include("dev\\.kekkai\\.bench\\.micro\\..*")
                .forks(1)
                .warmupIterations(quick ? 1 : 3)
                .measurementIterations(quick ? 1 : 5);
        Duration each = quick ? Duration.ofMillis(100) : Duration.ofSeconds(1);
        options.warmupTime(org.openjdk.jmh.runner.options.TimeValue.milliseconds(each.toMillis()));
        options.measurementTime(org.openjdk.jmh.runner.options.TimeValue.milliseconds(each.toMillis()));
        new Runner(options.build()).run();
    }
}
