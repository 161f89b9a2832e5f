package dev.kekkai.cli;

import dev.kekkai.app.ExitCode;
import dev.kekkai.app.StartException;
import dev.kekkai.audit.AuditException;
import dev.kekkai.config.ConfigException;
import dev.kekkai.custody.CustodyException;
import dev.kekkai.keyring.KeyringException;
import dev.kekkai.store.StoreException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** The tree of commands, their help, and the one place where a failure becomes a line on standard error and an exit code. */
final class CommandTree {
    static final Path DEFAULT_CONFIG = Path.of("/etc/kekkai/kekkai.yaml");

    private final PrintWriter out;
    private final PrintWriter err;
    private final Map<String, String> environment;
    private final Map<CommandSpec, Command> commands = new LinkedHashMap<>();
    private final CommandLine line;

    CommandTree(PrintWriter out, PrintWriter err, Map<String, String> environment) {
        this.out = out;
        this.err = err;
        this.environment = environment;
        this.line = new CommandLine(root())
                .setOut(out)
                .setErr(err)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setUsageHelpAutoWidth(true)
                .setExecutionStrategy(this::execute);
    }

    int run(String... args) {
        return line.execute(args);
    }

    private CommandSpec root() {
        CommandSpec root = spec(
                        "kekkai",
                        "A KMS gateway for on-prem HSMs: wraps Kubernetes' DEKs under KEKs that never leave the HSM.")
                .addOption(OptionSpec.builder("-V", "--version")
                        .versionHelp(true)
                        .description("Print the version and exit.")
                        .build())
                .addOption(OptionSpec.builder("--config")
                        .paramLabel("FILE")
                        .type(Path.class)
                        .description("The configuration (default: $KEKKAI_CONFIG, else " + DEFAULT_CONFIG + ").")
                        .scopeType(CommandLine.ScopeType.INHERIT)
                        .build())
                .addOption(OptionSpec.builder("-o", "--output")
                        .paramLabel("FORMAT")
                        .type(OutputFormat.class)
                        .defaultValue("table")
                        .description("table or json (default: table).")
                        .scopeType(CommandLine.ScopeType.INHERIT)
                        .build());
        root.version("kekkai " + Version.current());
        root.usageMessage().exitCodeListHeading("%nExit codes:%n").exitCodeList(exitCodes());
        root.addSubcommand("serve", leaf(ServeCommand.spec(), ServeCommand::run));
        root.addSubcommand("status", leaf(StatusCommand.spec(), StatusCommand::run));
        root.addSubcommand("probe", leaf(ProbeCommand.spec(), ProbeCommand::run));
        root.addSubcommand("key", keys());
        CommandSpec node = spec("node", "Say which machines may ask for keys.");
        NodeCommands.addTo(node, this::leaf);
        root.addSubcommand("node", node);
        CommandSpec policy = spec("policy", "Say what machines may have booted.");
        PolicyCommands.addTo(policy, this::leaf);
        root.addSubcommand("policy", policy);
        CommandSpec approval = spec("approval", "Decide on what nobody does alone.");
        ApprovalCommands.addTo(approval, this::leaf);
        root.addSubcommand("approval", approval);
        CommandSpec store = spec("store", "Move the store, or bring it into order.");
        StoreCommands.addTo(store, this::leaf);
        root.addSubcommand("store", store);
        CommandSpec audit = spec("audit", "Read the audit trail, or verify it.");
        AuditCommands.addTo(audit, this::leaf);
        root.addSubcommand("audit", audit);
        root.addSubcommand(
                "gateway",
                spec("gateway", "What nodes need to know of this gateway.")
                        .addSubcommand("roots", leaf(GatewayCommands.rootsSpec(), GatewayCommands::roots)));
        root.addSubcommand(
                "config",
                spec("config", "Check the configuration.")
                        .addSubcommand("validate", leaf(ConfigCommands.validateSpec(), ConfigCommands::validate))
                        .addSubcommand("show", leaf(ConfigCommands.showSpec(), ConfigCommands::show)));
        return root;
    }

    private CommandSpec keys() {
        CommandSpec keys = spec("key", "Look at the keyring and change it.")
                .addSubcommand("list", leaf(KeyCommands.listSpec(), KeyCommands::list))
                .addSubcommand("create", leaf(KeyCommands.createSpec(), KeyCommands::create))
                .addSubcommand("rotate", leaf(RotateCommand.spec(), RotateCommand::run))
                .addSubcommand("adopt", leaf(KeyCommands.adoptSpec(), KeyCommands::adopt));
        KeyLifeCommands.addTo(keys, this::leaf);
        return keys;
    }

    /** A command with help, without options of its own. */
    static CommandSpec spec(String name, String... description) {
        CommandSpec spec = CommandSpec.create()
                .name(name)
                .addOption(OptionSpec.builder("-h", "--help")
                        .usageHelp(true)
                        .description("Show this help and exit.")
                        .build());
        spec.usageMessage()
                .description(description)
                .commandListHeading("%nCommands:%n")
                .optionListHeading("%nOptions:%n");
        return spec;
    }

    private CommandSpec leaf(CommandSpec spec, Command command) {
        commands.put(spec, command);
        return spec;
    }

    private static Map<String, String> exitCodes() {
        return Arrays.stream(ExitCode.values())
                .collect(Collectors.toMap(
                        code -> String.valueOf(code.code()), ExitCode::meaning, (a, b) -> a, LinkedHashMap::new));
    }

    private int execute(ParseResult parsed) {
        Integer help = CommandLine.executeHelpRequest(parsed);
        if (help != null) {
            return help;
        }
        ParseResult last = parsed;
        while (last.hasSubcommand()) {
            last = last.subcommand();
        }
        Command command = commands.get(last.commandSpec());
        if (command == null) {
            err.println("kekkai: say which " + last.commandSpec().name() + " command");
            last.commandSpec().commandLine().usage(err);
            return ExitCode.USAGE.code();
        }
        OutputFormat format = given(parsed, "--output", OutputFormat.class).orElse(OutputFormat.TABLE);
        return execute(command, new Terminal(out, err, environment, config(parsed), format), last);
    }

    /** An option that every command inherits may stand before the command or after it; the last one counts. */
    private static <T> Optional<T> given(ParseResult parsed, String option, Class<T> type) {
        Optional<T> value = Optional.empty();
        for (ParseResult level = parsed; level != null; level = level.subcommand()) {
            if (level.hasMatchedOption(option)) {
                value = Optional.of(type.cast(level.matchedOption(option).getValue()));
            }
        }
        return value;
    }

    private Path config(ParseResult parsed) {
        Optional<Path> given = given(parsed, "--config", Path.class);
        if (given.isPresent()) {
            return given.get().toAbsolutePath();
        }
        String variable = environment.get("KEKKAI_CONFIG");
        return variable == null ? DEFAULT_CONFIG : Path.of(variable).toAbsolutePath();
    }

    private int execute(Command command, Terminal terminal, ParseResult options) {
        try {
            return command.run(terminal, options).code();
        } catch (ConfigException e) {
            e.problems().forEach(problem -> err.println("kekkai: " + problem));
            return ExitCode.of(e).code();
        } catch (CommandException e) {
            return failed(e, e.code());
        } catch (StartException
                | StoreException
                | CustodyException
                | KeyringException
                | AuditException
                | IOException e) {
            return failed(e, ExitCode.of(e));
        }
    }

    private int failed(Exception failure, ExitCode code) {
        err.println("kekkai: " + failure.getMessage());
        return code.code();
    }
}
