package dev.kekkai.cli;

import com.google.protobuf.ByteString;
import dev.kekkai.app.ExitCode;
import dev.kekkai.app.StartException;
import dev.kekkai.app.Workbench;
import dev.kekkai.attestation.policy.Policy;
import dev.kekkai.audit.AuditException;
import dev.kekkai.config.ConfigException;
import dev.kekkai.custody.CustodyException;
import dev.kekkai.fleet.FleetException;
import dev.kekkai.fleet.policy.PolicyDocument;
import dev.kekkai.fleet.policy.PolicyText;
import dev.kekkai.keyring.KeyringException;
import dev.kekkai.store.StoreException;
import dev.kekkai.wire.admin.v1.ChangePolicyRequest;
import dev.kekkai.wire.admin.v1.ChangePolicyRequest.Act;
import dev.kekkai.wire.admin.v1.GroupPolicy;
import dev.kekkai.wire.admin.v1.ListPoliciesRequest;
import dev.kekkai.wire.admin.v1.ListPoliciesResponse;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.BiFunction;
import java.util.stream.Collectors;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParseResult;

/** {@code kekkai policy list|show|put|add|activate|retire|audit-only}. */
final class PolicyCommands {
    private static final String OFF = "--off";
    private static final int MOST_BYTES = 256 * 1024;

    private PolicyCommands() {}

    static void addTo(CommandSpec group, BiFunction<CommandSpec, Command, CommandSpec> leaf) {
        group.addSubcommand("list", leaf.apply(listSpec(), PolicyCommands::list));
        group.addSubcommand("show", leaf.apply(showSpec(), PolicyCommands::show));
        group.addSubcommand("put", leaf.apply(putSpec(), (terminal, options) -> document(terminal, options, Act.PUT)));
        group.addSubcommand("add", leaf.apply(addSpec(), (terminal, options) -> document(terminal, options, Act.ADD)));
        group.addSubcommand(
                "activate", leaf.apply(activateSpec(), (terminal, options) -> step(terminal, options, Act.ACTIVATE)));
        group.addSubcommand(
                "retire", leaf.apply(retireSpec(), (terminal, options) -> step(terminal, options, Act.RETIRE)));
        group.addSubcommand(
                "audit-only",
                leaf.apply(
                        auditOnlySpec(),
                        (terminal, options) -> change(
                                terminal,
                                request(options)
                                        .setAct(options.hasMatchedOption(OFF) ? Act.ENFORCE : Act.AUDIT_ONLY))));
        group.addSubcommand("predict", leaf.apply(PredictCommand.spec(), PredictCommand::run));
        group.addSubcommand("diff", leaf.apply(DiffCommand.spec(), DiffCommand::run));
    }

    private static CommandSpec listSpec() {
        return CommandTree.spec("list", "List the groups that have a policy, and what their policies leave open.")
                .addOption(FleetAccess.tenantOption());
    }

    private static CommandSpec showSpec() {
        return CommandTree.spec("show", "Print the policy of a group, as 'kekkai policy put' takes it.")
                .addPositional(group())
                .addOption(FleetAccess.tenantOption());
    }

    private static CommandSpec putSpec() {
        return changing(
                        "put",
                        "Put a whole policy in the place of a group's, alternatives with their states and all.",
                        "",
                        "For a change of one alternative use add, activate and retire: they leave alone what others changed meanwhile.")
                .addPositional(file("The policy, YAML or JSON; docs/fleet.md has the format."));
    }

    private static CommandSpec addSpec() {
        return changing(
                        "add",
                        "Add an alternative to the policy of a group, PENDING; a group without a policy gets one.",
                        "",
                        "It accepts nobody until it is activated, and a verdict says if it would have. What it leaves open is said.")
                .addPositional(file("The alternative, YAML or JSON, as 'kekkai policy predict' writes it."));
    }

    private static CommandSpec activateSpec() {
        return changing(
                        "activate",
                        "Make a PENDING alternative ACTIVE: it accepts, beside those that are ACTIVE already.",
                        "",
                        "Before the upgrade: nodes are let in with the old kernel and with the new one.")
                .addPositional(alternative());
    }

    private static CommandSpec retireSpec() {
        return changing(
                        "retire",
                        "Make an ACTIVE alternative RETIRED: it accepts nobody any more.",
                        "",
                        "After the upgrade, once 'kekkai policy diff' says of each node that another one holds.")
                .addPositional(alternative());
    }

    private static CommandSpec auditOnlySpec() {
        return changing(
                        "audit-only",
                        "Report what the alternatives of a group refuse, and let it pass: for the first days of a policy.",
                        "",
                        "It relaxes nothing else: identity, freshness, signature and counters are always enforced.")
                .addOption(OptionSpec.builder(OFF)
                        .description("Enforce the policy again.")
                        .build());
    }

    private static CommandSpec changing(String name, String... description) {
        return CommandTree.spec(name, description)
                .addPositional(group())
                .addOption(FleetAccess.tenantOption())
                .addOption(KeyOptions.dryRun());
    }

    static PositionalParamSpec group() {
        return positional("0", "GROUP", String.class, "Whose policy: the group that nodes were enrolled in.");
    }

    private static PositionalParamSpec alternative() {
        return positional("1", "ALTERNATIVE", String.class, "Its name.");
    }

    private static PositionalParamSpec file(String description) {
        return positional("1", "FILE", Path.class, description);
    }

    private static PositionalParamSpec positional(String index, String label, Class<?> type, String description) {
        return PositionalParamSpec.builder()
                .paramLabel(label)
                .index(index)
                .required(true)
                .type(type)
                .description(description)
                .build();
    }

    static ListPoliciesResponse ask(Terminal terminal, ParseResult options)
            throws ConfigException, StartException, StoreException, CustodyException, KeyringException, AuditException,
                    CommandException {
        ListPoliciesRequest request = ListPoliciesRequest.newBuilder()
                .setTenant(FleetAccess.tenant(options))
                .build();
        return FleetAccess.policies(
                terminal,
                Workbench.Purpose.LOOK,
                policies -> policies.listPolicies(request),
                fleet -> fleet.list(request));
    }

    static Policy policy(ListPoliciesResponse listed, String group) throws CommandException {
        GroupPolicy found = listed.getPoliciesList().stream()
                .filter(policy -> policy.getGroup().equals(group))
                .findFirst()
                .orElseThrow(() -> new CommandException(
                        ExitCode.FAILED,
                        "group '" + group + "' has no policy: 'kekkai policy list' shows those that have"));
        try {
            return PolicyDocument.read(
                    "the policy of group '" + group + "'", found.getDocument().getBytes(StandardCharsets.UTF_8));
        } catch (FleetException e) {
            throw FleetAccess.refused(e);
        }
    }

    private static ExitCode list(Terminal terminal, ParseResult options)
            throws ConfigException, StartException, StoreException, CustodyException, KeyringException, AuditException,
                    CommandException, IOException {
        ListPoliciesResponse listed = ask(terminal, options);
        if (terminal.format() == OutputFormat.JSON) {
            Json.print(terminal, json -> {
                json.writeStartArray();
                for (GroupPolicy policy : listed.getPoliciesList()) {
                    json.writeStartObject();
                    json.writeStringField("group", policy.getGroup());
                    json.writeNumberField("nodes", policy.getNodes());
                    json.writeFieldName("policy");
                    json.writeRawValue(policy.getDocument());
                    json.writeArrayFieldStart("weaknesses");
                    for (String weakness : policy.getWeaknessesList()) {
                        json.writeString(weakness);
                    }
                    json.writeEndArray();
                    json.writeEndObject();
                }
                json.writeEndArray();
            });
            return ExitCode.OK;
        }
        if (listed.getPoliciesCount() == 0) {
            terminal.out().println("no policies");
            return ExitCode.OK;
        }
        Table table = new Table("GROUP", "NODES", "MODE", "AT LEAST", "ALTERNATIVES");
        for (GroupPolicy each : listed.getPoliciesList()) {
            Policy policy = policy(listed, each.getGroup());
            table.row(
                    each.getGroup(),
                    Integer.toString(each.getNodes()),
                    policy.auditOnly() ? "audit-only" : "enforced",
                    policy.atLeast().word(),
                    policy.alternatives().stream()
                            .map(alternative -> alternative.name() + " " + alternative.state())
                            .collect(Collectors.joining(", ")));
        }
        table.print(terminal.out());
        listed.getPoliciesList().forEach(policy -> policy.getWeaknessesList()
                .forEach(weakness -> terminal.err().println("note: group '" + policy.getGroup() + "': " + weakness)));
        return ExitCode.OK;
    }

    private static ExitCode show(Terminal terminal, ParseResult options)
            throws ConfigException, StartException, StoreException, CustodyException, KeyringException, AuditException,
                    CommandException, IOException {
        Policy policy = policy(ask(terminal, options), options.matchedPositionalValue(0, ""));
        terminal.out().print(PolicyText.pretty(policy));
        terminal.out().flush();
        policy.weaknesses().forEach(weakness -> terminal.err().println("note: " + weakness));
        return ExitCode.OK;
    }

    private static ExitCode document(Terminal terminal, ParseResult options, Act act)
            throws ConfigException, StartException, StoreException, CustodyException, KeyringException, AuditException,
                    CommandException, IOException {
        Path file = options.matchedPositionalValue(1, Path.of(""));
        byte[] document = read(file);
        try {
            // Here the complaint can name the file.
            if (act == Act.PUT) {
                PolicyDocument.read(file.toString(), document);
            } else {
                PolicyDocument.readAlternative(file.toString(), document);
            }
        } catch (FleetException e) {
            throw FleetAccess.refused(e);
        }
        return change(terminal, request(options).setAct(act).setDocument(ByteString.copyFrom(document)));
    }

    static byte[] read(Path file) throws CommandException, IOException {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] document = in.readNBytes(MOST_BYTES + 1);
            if (document.length > MOST_BYTES) {
                throw new CommandException(ExitCode.USAGE, file + " has more than 256 KiB: is it the right file?");
            }
            return document;
        }
    }

    private static ExitCode step(Terminal terminal, ParseResult options, Act act)
            throws ConfigException, StartException, StoreException, CustodyException, KeyringException, AuditException,
                    CommandException, IOException {
        return change(terminal, request(options).setAct(act).setAlternative(options.matchedPositionalValue(1, "")));
    }

    private static ChangePolicyRequest.Builder request(ParseResult options) {
        return ChangePolicyRequest.newBuilder()
                .setTenant(FleetAccess.tenant(options))
                .setGroup(options.matchedPositionalValue(0, ""))
                .setDryRun(KeyOptions.dryRun(options));
    }

    private static ExitCode change(Terminal terminal, ChangePolicyRequest.Builder builder)
            throws ConfigException, StartException, StoreException, CustodyException, KeyringException, AuditException,
                    CommandException, IOException {
        ChangePolicyRequest request = builder.build();
        FleetAccess.policies(
                        terminal,
                        Workbench.Purpose.WORK,
                        policies -> policies.changePolicy(request),
                        fleet -> fleet.change(request))
                .getSaidList()
                .forEach(terminal.err()::println);
        return ExitCode.OK;
    }
}
