package dev.kekkai.cli;

import dev.kekkai.app.ExitCode;
import dev.kekkai.app.StartException;
import dev.kekkai.app.Workbench;
import dev.kekkai.audit.AuditException;
import dev.kekkai.config.ConfigException;
import dev.kekkai.custody.CustodyException;
import dev.kekkai.keyring.KeyringException;
import dev.kekkai.store.StoreException;
import dev.kekkai.wire.admin.v1.ChangeNodeRequest;
import dev.kekkai.wire.admin.v1.ChangeNodeRequest.Step;
import dev.kekkai.wire.admin.v1.EnrolledNode;
import dev.kekkai.wire.admin.v1.ListNodesRequest;
import dev.kekkai.wire.admin.v1.ListNodesResponse;
import java.io.IOException;
import java.util.List;
import java.util.function.BiFunction;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParseResult;

/** {@code kekkai node list|show|evict|re-baseline}, and the group that they and the others are in. */
final class NodeCommands {
    private static final String ALL = "--all";
    private static final String COUNTERS = "--counters-anew";

    private NodeCommands() {}

    static void addTo(CommandSpec group, BiFunction<CommandSpec, Command, CommandSpec> leaf) {
        group.addSubcommand("identity", leaf.apply(IdentityCommand.spec(), IdentityCommand::run));
        group.addSubcommand("enroll", leaf.apply(EnrollCommand.spec(), EnrollCommand::run));
        group.addSubcommand("list", leaf.apply(listSpec(), NodeCommands::list));
        group.addSubcommand("show", leaf.apply(showSpec(), NodeCommands::show));
        group.addSubcommand(
                "evict", leaf.apply(evictSpec(), (terminal, options) -> change(terminal, options, Step.EVICT)));
        group.addSubcommand(
                "re-baseline",
                leaf.apply(
                        rebaselineSpec(),
                        (terminal, options) -> change(
                                terminal,
                                options,
                                options.hasMatchedOption(COUNTERS) ? Step.REBASELINE_WITH_COUNTERS : Step.REBASELINE)));
    }

    private static CommandSpec listSpec() {
        return CommandTree.spec(
                        "list",
                        "List the nodes of a tenant, and the machines that wait for approval.",
                        "",
                        "WAITING is a machine that asked and that nobody enrolled: compare its EK with what 'kekkai node identity' shows on the machine"
                                + " itself before you enrol it. Its host name is its own word.")
                .addOption(OptionSpec.builder(ALL)
                        .description("Those that were evicted, too.")
                        .build())
                .addOption(FleetAccess.tenantOption());
    }

    private static CommandSpec showSpec() {
        return CommandTree.spec("show", "Show all that is known of a node, and its last verdict.")
                .addPositional(node())
                .addOption(FleetAccess.tenantOption());
    }

    private static CommandSpec evictSpec() {
        return CommandTree.spec(
                        "evict",
                        "Let a node in no more, from its next request on.",
                        "",
                        "Its EK stays on record and is enrolled for no other node, until 'kekkai node enroll --after-eviction' says that the board comes"
                                + " back.")
                .addPositional(node())
                .addOption(FleetAccess.tenantOption())
                .addOption(KeyOptions.dryRun());
    }

    private static CommandSpec rebaselineSpec() {
        return CommandTree.spec(
                        "re-baseline",
                        "Let the next attestation of a node pin its AK anew.",
                        "",
                        "The same EK must still prove itself, and the policy holds. Do it when you know why the AK is another one: the TPM was cleared, or"
                                + " its firmware makes another key of the same seed.")
                .addPositional(node())
                .addOption(OptionSpec.builder(COUNTERS)
                        .description(
                                "Let its boot counters begin anew, too: after TPM2_Clear. Until then counters that go back are how a clone"
                                        + " or a rolled-back vTPM is found.")
                        .build())
                .addOption(FleetAccess.tenantOption())
                .addOption(KeyOptions.dryRun());
    }

    static PositionalParamSpec node() {
        return PositionalParamSpec.builder()
                .paramLabel("NODE")
                .index("0")
                .required(true)
                .type(String.class)
                .description("Its name, its UUID, or at least the first 4 digits of that.")
                .build();
    }

    static ListNodesResponse ask(Terminal terminal, ParseResult options)
            throws ConfigException, StartException, StoreException, CustodyException, KeyringException, AuditException,
                    CommandException {
        ListNodesRequest request = ListNodesRequest.newBuilder()
                .setTenant(FleetAccess.tenant(options))
                .build();
        return FleetAccess.nodes(
                terminal, Workbench.Purpose.LOOK, nodes -> nodes.listNodes(request), fleet -> fleet.list(request));
    }

    private static ExitCode list(Terminal terminal, ParseResult options)
            throws ConfigException, StartException, StoreException, CustodyException, KeyringException, AuditException,
                    CommandException, IOException {
        ListNodesResponse listed = ask(terminal, options);
        List<EnrolledNode> nodes = listed.getNodesList().stream()
                .filter(node -> options.hasMatchedOption(ALL) || node.getEvictedMillis() == 0)
                .toList();
        NodeListing.print(terminal, nodes, listed.getWaitingList());
        if (!listed.getStale().isEmpty()) {
            terminal.err().println("kekkai: " + listed.getStale());
            return ExitCode.NOT_SERVING;
        }
        return ExitCode.OK;
    }

    /** The node that is meant, as a server finds it too. */
    static EnrolledNode find(ListNodesResponse listed, String said) throws CommandException {
        List<EnrolledNode> named = listed.getNodesList().stream()
                .filter(node -> node.getEvictedMillis() == 0 && node.getName().equals(said))
                .toList();
        List<EnrolledNode> found = !named.isEmpty()
                ? named
                : listed.getNodesList().stream()
                        .filter(node -> node.getName().equals(said)
                                || (said.length() >= 4 && node.getId().startsWith(said)))
                        .toList();
        if (found.size() != 1) {
            throw new CommandException(
                    ExitCode.FAILED,
                    (found.isEmpty() ? "the tenant has no node '" : "there is more than one node '") + said
                            + "': 'kekkai node list --all' shows them with their UUIDs");
        }
        return found.getFirst();
    }

    private static ExitCode show(Terminal terminal, ParseResult options)
            throws ConfigException, StartException, StoreException, CustodyException, KeyringException, AuditException,
                    CommandException, IOException {
        NodeListing.show(terminal, find(ask(terminal, options), options.matchedPositionalValue(0, "")));
        return ExitCode.OK;
    }

    private static ExitCode change(Terminal terminal, ParseResult options, Step step)
            throws ConfigException, StartException, StoreException, CustodyException, KeyringException, AuditException,
                    CommandException, IOException {
        ChangeNodeRequest request = ChangeNodeRequest.newBuilder()
                .setTenant(FleetAccess.tenant(options))
                .setNode(options.matchedPositionalValue(0, ""))
                .setStep(step)
                .setDryRun(KeyOptions.dryRun(options))
                .build();
        return NodeListing.printChange(
                terminal,
                FleetAccess.nodes(
                        terminal,
                        Workbench.Purpose.WORK,
                        nodes -> nodes.changeNode(request),
                        fleet -> fleet.change(request)));
    }
}
