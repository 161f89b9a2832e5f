package dev.kekkai.bench;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** What {@code bin/bench} was asked to do. */
record BenchOptions(
        List<Scenario> scenarios,
        boolean list,
        boolean micro,
        boolean attest,
        boolean quick,
        Lab.Pace pace,
        @Nullable Path json,
        String javaOptions,
        List<String> arguments) {
    private static final double MOST_SECONDS = 600;
    private static final int MOST_ROUNDS = 100;

    static CommandSpec spec() {
        CommandSpec spec = CommandSpec.create().name("bin/bench");
        spec.usageMessage()
                .description(
                        "Puts kekkai serve (over SoftHSM, in a temporary folder) under load and measures it.",
                        "",
                        "Name scenarios, or say --all; --list tells what there is. A run stops by itself. Exit code 0 says that every plaintext"
                                + " that was checked was right, not that the goals were met: the table says that.",
                        "");
        spec.addPositional(PositionalParamSpec.builder()
                .paramLabel("SCENARIO")
                .arity("0..*")
                .type(List.class)
                .auxiliaryTypes(String.class)
                .description("What to measure.")
                .build());
        flag(spec, "--list", "Lists the scenarios.");
        flag(spec, "--all", "Measures every scenario, which takes most of an hour.");
        flag(spec, "--micro", "Runs the JMH micro-benchmarks of envelope and batching.");
        flag(
                spec,
                "--attest",
                "Has 200 attestations come at once at a gateway, six times, over 20 software TPMs; prints what it took.");
        flag(spec, "--no-build", "Takes what is built as it is.");
        flag(spec, "--quick", "Only shows that it works: half a second a round, one round, hardly warmed up.");
        value(spec, "--seconds", "N", Double.class, "3", "How long a round of a trial lasts, up to 600.");
        value(spec, "--rounds", "N", Integer.class, "0", "How many rounds, up to 100; 0: as the scenario says.");
        value(
                spec,
                "--warm-up",
                "N",
                Double.class,
                "45",
                "Seconds for which each server is warmed up, up to 600; the JIT is busy for most of them.");
        value(spec, "--json", "FILE", Path.class, null, "Writes everything that was measured to a file.");
        value(
                spec,
                "--java-options",
                "TEXT",
                String.class,
                "",
                "More options for the servers' JVMs, such as -XX:StartFlightRecording=...");
        spec.addOption(OptionSpec.builder("-h", "--help")
                .usageHelp(true)
                .description("Says this.")
                .build());
        return spec;
    }

    private static void flag(CommandSpec spec, String name, String description) {
        spec.addOption(OptionSpec.builder(name).description(description).build());
    }

    private static void value(
            CommandSpec spec,
            String name,
            String label,
            Class<?> type,
            @Nullable String byDefault,
            String description) {
        spec.addOption(OptionSpec.builder(name)
                .paramLabel(label)
                .type(type)
                .defaultValue(byDefault)
                .description(
                        description + (byDefault == null || byDefault.isEmpty() ? "" : " Default: " + byDefault + "."))
                .build());
    }

    /** @throws ParameterException if something is out of bounds, or nothing is asked for */
    static BenchOptions of(ParseResult parsed, CommandLine line) {
        boolean quick = parsed.hasMatchedOption("--quick");
        double seconds = within(line, "--seconds", parsed.matchedOptionValue("--seconds", quick ? 0.5 : 3.0));
        double warmUp = within(line, "--warm-up", parsed.matchedOptionValue("--warm-up", quick ? 0.5 : 30.0));
        int rounds = parsed.matchedOptionValue("--rounds", quick ? 1 : 0);
        if (rounds < 0 || rounds > MOST_ROUNDS) {
            throw new ParameterException(line, "--rounds is " + rounds + ", not 0 to " + MOST_ROUNDS);
        }
        BenchOptions options = new BenchOptions(
                chosen(parsed, line),
                parsed.hasMatchedOption("--list"),
                parsed.hasMatchedOption("--micro"),
                parsed.hasMatchedOption("--attest"),
                quick,
                new Lab.Pace(nanos(warmUp), nanos(seconds), rounds),
                parsed.matchedOptionValue("--json", null),
                parsed.matchedOptionValue("--java-options", ""),
                parsed.originalArgs());
        if (options.scenarios.isEmpty() && !options.list && !options.micro && !options.attest) {
            throw new ParameterException(line, "say what to measure: a SCENARIO, --all, --micro, --attest, or --list");
        }
        return options;
    }

    private static List<Scenario> chosen(ParseResult parsed, CommandLine line) {
        List<Scenario> all = Scenarios.all();
        if (parsed.hasMatchedOption("--all")) {
            return all;
        }
        List<String> names = parsed.matchedPositionalValue(0, List.of());
        return names.stream()
                .map(name -> all.stream()
                        .filter(scenario -> scenario.name().equals(name))
                        .findFirst()
                        .orElseThrow(
                                () -> new ParameterException(line, "there is no scenario " + name + "; see --list")))
                .toList();
    }

    private static double within(CommandLine line, String option, double seconds) {
        if (!(seconds > 0 && seconds <= MOST_SECONDS)) {
            throw new ParameterException(
                    line, option + " is " + seconds + ", not more than 0 and up to " + MOST_SECONDS);
        }
        return seconds;
    }

    private static Duration nanos(double seconds) {
        return Duration.ofNanos((long) (seconds * 1e9));
    }
}
