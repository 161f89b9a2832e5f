package dev.kekkai.cli;

import dev.kekkai.app.ExitCode;
import dev.kekkai.app.StartException;
import dev.kekkai.app.Workbench;
import dev.kekkai.audit.AuditException;
import dev.kekkai.config.ConfigException;
import dev.kekkai.custody.CustodyException;
import dev.kekkai.fleet.EnrollRequest;
import dev.kekkai.keyring.KeyringException;
import dev.kekkai.store.StoreException;
import dev.kekkai.wire.admin.v1.EnrollNodesRequest;
import dev.kekkai.wire.admin.v1.NodeToEnroll;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParseResult;

/** {@code kekkai node enroll}. */
final class EnrollCommand {
    private static final String EK = "--ek";
    private static final String GROUP = "--group";
    private static final String FILE = "--file";
    private static final String AFTER_EVICTION = "--after-eviction";
    private static final int MOST_BYTES = 1 << 20;
    private static final int MOST = 5_000;

    private EnrollCommand() {}

    static CommandSpec spec() {
        return CommandTree.spec(
                        "enroll",
                        "Approve a machine by its EK, also one that does not exist yet.",
                        "",
                        "Compare the fingerprint with what 'kekkai node identity' shows on the machine itself, or take it from the maker's list of delivered"
                                + " TPMs. What is approved is the EK, not the name. An EK is enrolled once, over all tenants and evictions.")
                .addPositional(PositionalParamSpec.builder()
                        .paramLabel("NAME")
                        .index("0")
                        .arity("0..1")
                        .type(String.class)
                        .description("What to call the node: 1 to 63 letters, digits and ._-")
                        .build())
                .addOption(OptionSpec.builder(EK)
                        .paramLabel("HEX")
                        .type(String.class)
                        .description(
                                "The EK's TPM name, or the SHA-256 of its public key; of a machine that waits, at least the first 36 digits of the one or 32 of the other.")
                        .build())
                .addOption(OptionSpec.builder(GROUP)
                        .paramLabel("GROUP")
                        .type(String.class)
                        .defaultValue(EnrollRequest.DEFAULT_GROUP)
                        .description("Whose policy it is held to (default: " + EnrollRequest.DEFAULT_GROUP + ").")
                        .build())
                .addOption(OptionSpec.builder(FILE)
                        .paramLabel("FILE")
                        .type(Path.class)
                        .description(
                                "Enrol many, all or none: a line for each, NAME,EK or NAME,EK,GROUP; lines that begin with # are left out.")
                        .build())
                .addOption(OptionSpec.builder(AFTER_EVICTION)
                        .description("Say that the board of an evicted node comes back. There is no short form.")
                        .build())
                .addOption(FleetAccess.tenantOption())
                .addOption(KeyOptions.dryRun());
    }

    static ExitCode run(Terminal terminal, ParseResult options)
            throws ConfigException, StartException, StoreException, CustodyException, KeyringException, AuditException,
                    CommandException, IOException {
        EnrollNodesRequest request = EnrollNodesRequest.newBuilder()
                .setTenant(FleetAccess.tenant(options))
                .addAllNodes(nodes(options))
                .setDryRun(KeyOptions.dryRun(options))
                .build();
        return NodeListing.printChange(
                terminal,
                FleetAccess.nodes(
                        terminal,
                        Workbench.Purpose.WORK,
                        nodes -> nodes.enrollNodes(request),
                        fleet -> fleet.enroll(request)));
    }

    private static List<NodeToEnroll> nodes(ParseResult options) throws CommandException, IOException {
        String name = options.matchedPositionalValue(0, "");
        String ek = options.matchedOptionValue(EK, "");
        String group = options.matchedOptionValue(GROUP, EnrollRequest.DEFAULT_GROUP);
        Path file = options.matchedOptionValue(FILE, null);
        boolean back = options.hasMatchedOption(AFTER_EVICTION);
        if (file != null && name.isEmpty() && ek.isEmpty()) {
            return ofFile(file, group, back);
        }
        if (file != null || name.isEmpty() || ek.isEmpty()) {
            throw new CommandException(
                    ExitCode.USAGE, "say NAME and " + EK + ", or " + FILE + " alone; see 'kekkai node enroll --help'");
        }
        return List.of(node(name, ek, group, back));
    }

    private static List<NodeToEnroll> ofFile(Path file, String group, boolean back)
            throws CommandException, IOException {
        if (Files.size(file) > MOST_BYTES) {
            throw new CommandException(ExitCode.USAGE, file + " has more than 1 MiB: is it the right file?");
        }
        List<NodeToEnroll> nodes = new ArrayList<>();
        int number = 0;
        for (String line : Files.readAllLines(file, StandardCharsets.UTF_8)) {
            number++;
            if (line.isBlank() || line.startsWith("#")) {
                continue;
            }
            String[] words = line.strip().split("\\s*,\\s*", -1);
            if (words.length < 2 || words.length > 3) {
                throw new CommandException(
                        ExitCode.USAGE, file + ", line " + number + ": expected NAME,EK or NAME,EK,GROUP");
            }
            nodes.add(node(words[0], words[1], words.length == 3 ? words[2] : group, back));
        }
        if (nodes.isEmpty() || nodes.size() > MOST) {
            throw new CommandException(
                    ExitCode.USAGE,
                    file + " has " + nodes.size() + " nodes; from 1 to " + MOST + " are enrolled at once");
        }
        return nodes;
    }

    private static NodeToEnroll node(String name, String ek, String group, boolean afterEviction) {
        return NodeToEnroll.newBuilder()
                .setName(name)
                .setEk(ek)
                .setGroup(group)
                .setAfterEviction(afterEviction)
                .build();
    }
}
