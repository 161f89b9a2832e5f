package dev.kekkai.cli;

import dev.kekkai.app.AuditFiles;
import dev.kekkai.app.AuditFiles.Shown;
import dev.kekkai.app.ExitCode;
import dev.kekkai.audit.verify.TrailLine;
import dev.kekkai.config.ConfigException;
import dev.kekkai.config.ConfigFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** {@code kekkai audit tail}: the last records, read from their files. Verifies nothing. */
final class AuditTailCommand {
    private static final String NUMBER = "-n";
    private static final String FOLLOW = "-f";
    private static final int MOST = 100_000;

    private AuditTailCommand() {}

    static CommandSpec spec() {
        CommandSpec spec = CommandTree.spec(
                        "tail",
                        "Show the last records of the audit trail; with -o json as they are in the file.",
                        "",
                        "It believes the file: 'kekkai audit verify' tells whether it may be believed.")
                .addOption(OptionSpec.builder(NUMBER, "--lines")
                        .paramLabel("N")
                        .type(Integer.class)
                        .defaultValue("20")
                        .description("How many, at most " + MOST + " (default: 20).")
                        .build())
                .addOption(OptionSpec.builder(FOLLOW, "--follow")
                        .description("Go on with what comes, until interrupted.")
                        .build());
        filter(spec, "--action", "Only this action, such as wrap or key.create.");
        filter(spec, "--outcome", "Only this outcome: done, refused or failed.");
        filter(spec, "--uid", "Only this request of the apiserver.");
        return filter(spec, "--tenant", "Only this tenant.");
    }

    private static CommandSpec filter(CommandSpec spec, String name, String description) {
        return spec.addOption(OptionSpec.builder(name)
                .paramLabel("TEXT")
                .type(String.class)
                .description(description)
                .build());
    }

    static ExitCode run(Terminal terminal, ParseResult options) throws ConfigException, CommandException, IOException {
        int most = options.matchedOptionValue(NUMBER, 20);
        if (most < 0 || most > MOST) {
            throw new CommandException(ExitCode.USAGE, "-n takes a number from 0 to " + MOST + ", not " + most);
        }
        Predicate<TrailLine> wanted = Stream.of("action", "outcome", "uid", "tenant")
                .filter(name -> options.hasMatchedOption("--" + name))
                .map(name -> equal(name, options.matchedOptionValue("--" + name, "")))
                .reduce(record -> true, Predicate::and);
        List<Path> files = AuditFiles.of(ConfigFile.load(terminal.config(), terminal.environment()));
        long[] last = {0};
        List<Shown> newest = AuditFiles.last(files, 1, record -> true);
        newest.forEach(shown -> last[0] = shown.record().seq());
        AuditFiles.last(files, most, wanted.and(record -> record.seq() <= last[0]))
                .forEach(shown -> print(terminal, shown));
        if (options.hasMatchedOption(FOLLOW)) {
            AuditFiles.follow(files.getLast(), last[0], wanted, shown -> print(terminal, shown));
        }
        return ExitCode.OK;
    }

    private static Predicate<TrailLine> equal(String name, String value) {
        return record -> record.field(name).equals(value);
    }

    private static void print(Terminal terminal, Shown shown) {
        terminal.out().println(terminal.format() == OutputFormat.JSON ? shown.line() : row(shown.record()));
        terminal.out().flush();
    }

    /** In columns that need not know what comes after: time, number, action, outcome, caller, then what there is. */
    private static String row(TrailLine record) {
        String more = Stream.of("uid", "key_version", "op", "reason")
                .filter(name -> !record.field(name).isEmpty())
                .map(name -> name.equals("reason") ? record.field(name) : name + "=" + record.field(name))
                .collect(Collectors.joining("  "));
        return String.format(
                        "%s  %8d  %-14s %-8s %-20s %s",
                        record.field("time"),
                        record.seq(),
                        record.field("action"),
                        record.field("outcome"),
                        caller(record),
                        more)
                .stripTrailing();
    }

    private static String caller(TrailLine record) {
        return switch (record.field("caller.kind")) {
            case "socket" -> record.field("caller.user") + ":" + record.field("caller.group");
            case "node" -> record.field("caller.node");
            case "operator" -> record.field("caller.subject");
            case "other", "server" -> record.field("caller.name");
            default -> record.field("caller");
        };
    }
}
