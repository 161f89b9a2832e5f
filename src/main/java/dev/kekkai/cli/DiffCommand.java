package dev.kekkai.cli;

import dev.kekkai.app.ExitCode;
import dev.kekkai.app.StartException;
import dev.kekkai.attestation.policy.Policy;
import dev.kekkai.attestation.verdict.Finding;
import dev.kekkai.audit.AuditException;
import dev.kekkai.config.ConfigException;
import dev.kekkai.custody.CustodyException;
import dev.kekkai.fleet.FleetException;
import dev.kekkai.fleet.policy.Measured;
import dev.kekkai.fleet.policy.PolicyDiff;
import dev.kekkai.keyring.KeyringException;
import dev.kekkai.store.StoreException;
import dev.kekkai.wire.admin.v1.EnrolledNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** {@code kekkai policy diff}. */
final class DiffCommand {
    private static final String IDENTITY = "--identity";
    private static final int MOST_BYTES = 4 << 20;

    private DiffCommand() {}

    static CommandSpec spec() {
        return CommandTree.spec(
                        "diff",
                        "Show which alternatives of its group's policy a node would pass, and what each of the others does not accept.",
                        "",
                        "By what the node measured at its last attestation, or by a file that 'kekkai node identity -o json' wrote on it. It is a"
                                + " comparison, not an attestation: nothing is proved by it. Ends with 1 if no ACTIVE alternative holds.")
                .addPositional(NodeCommands.node())
                .addOption(OptionSpec.builder(IDENTITY)
                        .paramLabel("FILE")
                        .type(Path.class)
                        .description("What 'kekkai node identity -o json' wrote.")
                        .build())
                .addOption(FleetAccess.tenantOption());
    }

    static ExitCode run(Terminal terminal, ParseResult options)
            throws ConfigException, StartException, StoreException, CustodyException, KeyringException, AuditException,
                    CommandException, IOException {
        EnrolledNode node =
                NodeCommands.find(NodeCommands.ask(terminal, options), options.matchedPositionalValue(0, ""));
        Policy policy = PolicyCommands.policy(PolicyCommands.ask(terminal, options), node.getGroup());
        try {
            return print(terminal, PolicyDiff.of(policy, measured(node, options)));
        } catch (FleetException e) {
            throw FleetAccess.refused(e);
        }
    }

    private static Measured measured(EnrolledNode node, ParseResult options)
            throws FleetException, CommandException, IOException {
        Path file = options.matchedOptionValue(IDENTITY, null);
        Optional<Measured> measured;
        if (file != null) {
            measured = Measured.read(file.toString(), read(file));
        } else {
            measured = node.hasSeen()
                    ? Measured.read("the last verdict", node.getSeen().getVerdict())
                    : Optional.empty();
        }
        return measured.orElseThrow(() -> new FleetException(
                file == null
                        ? "nothing is known of what node '" + node.getName()
                                + "' measured: run 'kekkai node identity -o json' on it and say " + IDENTITY + " FILE"
                        : file + " has no PCR values: 'kekkai node identity -o json' writes them"));
    }

    private static String read(Path file) throws CommandException, IOException {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(MOST_BYTES + 1);
            if (bytes.length > MOST_BYTES) {
                throw new CommandException(ExitCode.USAGE, file + " has more than 4 MiB: is it the right file?");
            }
            return new String(bytes, StandardCharsets.UTF_8);
        }
    }

    private static ExitCode print(Terminal terminal, List<PolicyDiff.Judged> judged) throws IOException {
        if (terminal.format() == OutputFormat.JSON) {
            Json.print(terminal, json -> {
                json.writeStartArray();
                for (PolicyDiff.Judged each : judged) {
                    json.writeStartObject();
                    json.writeStringField("alternative", each.alternative());
                    json.writeStringField("state", each.state().name());
                    json.writeBooleanField("holds", each.findings().isEmpty());
                    json.writeArrayFieldStart("findings");
                    for (Finding finding : each.findings()) {
                        json.writeString(finding.toString());
                    }
                    json.writeEndArray();
                    json.writeEndObject();
                }
                json.writeEndArray();
            });
        } else {
            for (PolicyDiff.Judged each : judged) {
                terminal.out()
                        .println(each.alternative() + " (" + each.state() + "): "
                                + (each.findings().isEmpty() ? "holds" : "does not hold"));
                each.findings().forEach(finding -> terminal.out().println("  " + finding));
            }
            if (judged.isEmpty()) {
                terminal.out().println("the policy has no alternative that is not retired");
            }
        }
        boolean admitted = judged.stream()
                .anyMatch(
                        each -> each.findings().isEmpty() && each.state().name().equals("ACTIVE"));
        return admitted ? ExitCode.OK : ExitCode.FAILED;
    }
}
