package dev.kekkai.cli;

import dev.kekkai.app.ExitCode;
import dev.kekkai.app.OfflineApprovals;
import dev.kekkai.app.StartException;
import dev.kekkai.app.Workbench;
import dev.kekkai.approval.ApprovalException;
import dev.kekkai.audit.AuditException;
import dev.kekkai.config.ConfigException;
import dev.kekkai.custody.CustodyException;
import dev.kekkai.keyring.KeyringException;
import dev.kekkai.store.StoreException;
import dev.kekkai.wire.admin.v1.ApprovalDecided;
import dev.kekkai.wire.admin.v1.ApprovalsGrpc;
import dev.kekkai.wire.admin.v1.DecideApprovalRequest;
import dev.kekkai.wire.admin.v1.ListApprovalsRequest;
import dev.kekkai.wire.admin.v1.RequestedApproval;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.function.BiFunction;
import java.util.function.Function;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParseResult;

/** {@code kekkai approval list|show|approve|reject}. */
final class ApprovalCommands {
    private static final String ALL = "--all";
    private static final String REASON = "--reason";

    private ApprovalCommands() {}

    static void addTo(CommandSpec group, BiFunction<CommandSpec, Command, CommandSpec> leaf) {
        group.addSubcommand("list", leaf.apply(listSpec(), ApprovalCommands::list));
        group.addSubcommand("show", leaf.apply(showSpec(), ApprovalCommands::show));
        group.addSubcommand(
                "approve", leaf.apply(approveSpec(), (terminal, options) -> decide(terminal, options, true)));
        group.addSubcommand(
                "reject", leaf.apply(rejectSpec(), (terminal, options) -> decide(terminal, options, false)));
    }

    private static CommandSpec listSpec() {
        return CommandTree.spec("list", "List what waits for approval.")
                .addOption(OptionSpec.builder(ALL)
                        .description("What was decided, carried out, or has expired, too.")
                        .build())
                .addOption(FleetAccess.tenantOption());
    }

    private static CommandSpec showSpec() {
        return CommandTree.spec("show", "Show what exactly is asked for, by whom, and who has decided what.")
                .addPositional(approval())
                .addOption(FleetAccess.tenantOption());
    }

    private static CommandSpec approveSpec() {
        return CommandTree.spec(
                        "approve",
                        "Approve what somebody else asked for. The last approval that it needs carries it out.",
                        "",
                        "Whoever works on a host of this Kekkai is one person here, whatever the user: what was asked for on a host is approved"
                                + " through the admin API.")
                .addPositional(approval())
                .addOption(reasonOption("For the record."))
                .addOption(FleetAccess.tenantOption())
                .addOption(KeyOptions.dryRun());
    }

    private static CommandSpec rejectSpec() {
        return CommandTree.spec("reject", "Reject what somebody asked for, or take back what was asked for on a host.")
                .addPositional(approval())
                .addOption(reasonOption("For the record."))
                .addOption(FleetAccess.tenantOption())
                .addOption(KeyOptions.dryRun());
    }

    static OptionSpec reasonOption(String help) {
        return OptionSpec.builder(REASON)
                .paramLabel("TEXT")
                .type(String.class)
                .description(help)
                .build();
    }

    static String reason(ParseResult options) {
        return options.matchedOptionValue(REASON, "");
    }

    private static PositionalParamSpec approval() {
        return PositionalParamSpec.builder()
                .paramLabel("APPROVAL")
                .index("0")
                .required(true)
                .type(String.class)
                .description("Its id, or at least the first 4 digits of that.")
                .build();
    }

    /** The same order without a server. */
    private interface Offline<T> {
        T carryOut(OfflineApprovals approvals)
                throws KeyringException, CustodyException, StoreException, AuditException, ApprovalException;
    }

    private static <T> T give(
            Terminal terminal,
            Workbench.Purpose purpose,
            Function<ApprovalsGrpc.ApprovalsBlockingStub, T> online,
            Offline<T> offline)
            throws ConfigException, StartException, StoreException, CustodyException, KeyringException, AuditException,
                    CommandException {
        return KeyAccess.carryOut(
                terminal,
                purpose,
                config -> AdminClient.call(config, ApprovalsGrpc::newBlockingStub, online),
                (bench, config) -> {
                    try {
                        return offline.carryOut(new OfflineApprovals(bench, KeyAccess.operator()));
                    } catch (ApprovalException e) {
                        throw new CommandException(ExitCode.FAILED, String.valueOf(e.getMessage()));
                    }
                });
    }

    private static List<RequestedApproval> ask(Terminal terminal, ParseResult options)
            throws ConfigException, StartException, StoreException, CustodyException, KeyringException, AuditException,
                    CommandException {
        ListApprovalsRequest request = ListApprovalsRequest.newBuilder()
                .setTenant(FleetAccess.tenant(options))
                .build();
        return give(
                        terminal,
                        Workbench.Purpose.LOOK,
                        approvals -> approvals.listApprovals(request),
                        approvals -> approvals.list(request))
                .getApprovalsList();
    }

    private static ExitCode list(Terminal terminal, ParseResult options)
            throws ConfigException, StartException, StoreException, CustodyException, KeyringException, AuditException,
                    CommandException, IOException {
        ApprovalListing.print(
                terminal,
                ask(terminal, options).stream()
                        .filter(approval -> options.hasMatchedOption(ALL) || ApprovalListing.waits(approval))
                        .toList());
        return ExitCode.OK;
    }

    private static ExitCode show(Terminal terminal, ParseResult options)
            throws ConfigException, StartException, StoreException, CustodyException, KeyringException, AuditException,
                    CommandException, IOException {
        String said = options.matchedPositionalValue(0, "");
        String beginning = said.strip().toLowerCase(Locale.ROOT);
        List<RequestedApproval> found = ask(terminal, options).stream()
                .filter(approval -> beginning.length() >= 4 && approval.getId().startsWith(beginning))
                .toList();
        if (found.size() != 1) {
            throw new CommandException(
                    ExitCode.FAILED,
                    (found.isEmpty() ? "there is no approval '" : "there is more than one approval '") + said
                            + "': 'kekkai approval list --all' shows them with their ids");
        }
        ApprovalListing.show(terminal, found.getFirst());
        return ExitCode.OK;
    }

    private static ExitCode decide(Terminal terminal, ParseResult options, boolean approves)
            throws ConfigException, StartException, StoreException, CustodyException, KeyringException, AuditException,
                    CommandException, IOException {
        DecideApprovalRequest request = DecideApprovalRequest.newBuilder()
                .setTenant(FleetAccess.tenant(options))
                .setApproval(options.matchedPositionalValue(0, ""))
                .setApproves(approves)
                .setReason(reason(options))
                .setDryRun(KeyOptions.dryRun(options))
                .build();
        ApprovalDecided decided = give(
                terminal,
                Workbench.Purpose.WORK,
                approvals -> approvals.decideApproval(request),
                approvals -> approvals.decide(request));
        ApprovalListing.print(terminal, List.of(decided.getApproval()));
        terminal.err().println(decided.getSaid());
        return ExitCode.OK;
    }
}
