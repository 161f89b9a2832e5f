package dev.kekkai.cli;

import com.google.protobuf.ByteString;
import dev.kekkai.app.AuditEvidence;
import dev.kekkai.app.AuditFiles;
import dev.kekkai.app.ExitCode;
import dev.kekkai.app.StartException;
import dev.kekkai.audit.ChainHead;
import dev.kekkai.audit.verify.Evidence;
import dev.kekkai.audit.verify.Report;
import dev.kekkai.config.ConfigException;
import dev.kekkai.config.ConfigFile;
import dev.kekkai.config.KekkaiConfig;
import dev.kekkai.custody.CustodyException;
import dev.kekkai.store.AuditAnchor;
import dev.kekkai.store.StoreException;
import dev.kekkai.wire.admin.v1.Anchor;
import dev.kekkai.wire.admin.v1.GetTrailRequest;
import dev.kekkai.wire.admin.v1.ListAnchorsRequest;
import dev.kekkai.wire.admin.v1.ListAnchorsResponse;
import dev.kekkai.wire.admin.v1.Trail;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.BiFunction;
import java.util.function.Function;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** {@code kekkai audit verify}, and where the other commands on the trail are. */
final class AuditCommands {
    private static final String FILE = "--file";
    private static final String FROM = "--from";
    private static final String OFFLINE = "--offline";
    /** A server that writes may begin a new file while the others are read. */
    private static final int ATTEMPTS = 5;

    private AuditCommands() {}

    static void addTo(CommandSpec group, BiFunction<CommandSpec, Command, CommandSpec> leaf) {
        group.addSubcommand("verify", leaf.apply(verifySpec(), AuditCommands::verify));
        group.addSubcommand("tail", leaf.apply(AuditTailCommand.spec(), AuditTailCommand::run));
    }

    private static CommandSpec verifySpec() {
        return CommandTree.spec(
                        "verify",
                        "Find out whether the audit trail is whole: nothing changed, removed, reordered, inserted or cut off.",
                        "",
                        "Follows the hash chain over all files, and compares it with what the HSM signed of it: the anchors in the database and in the"
                                + " trail, by the public key that the token has. A running server is asked for these over its admin socket, else database and token are"
                                + " opened. Says what is wrong and where, and up to which record all is proved. Exit code 9 if anything is wrong.")
                .addOption(OptionSpec.builder(FILE)
                        .paramLabel("FILE")
                        .type(List.class)
                        .auxiliaryTypes(Path.class)
                        .description(
                                "A file of the trail; repeat it for several, oldest first (default: those of the configuration).")
                        .build())
                .addOption(OptionSpec.builder(FROM)
                        .paramLabel("SEQ")
                        .type(Long.class)
                        .defaultValue("0")
                        .description("Begin with this record, and believe that the ones before it are whole.")
                        .build())
                .addOption(OptionSpec.builder(OFFLINE)
                        .description(
                                "Look at the files alone, on whatever host. Proves only that they fit together, and says what was not checked.")
                        .build());
    }

    private static ExitCode verify(Terminal terminal, ParseResult options)
            throws ConfigException, StartException, StoreException, CustodyException, CommandException, IOException {
        List<Path> named = options.matchedOptionValue(FILE, List.of());
        long from = options.matchedOptionValue(FROM, 0L);
        boolean offline = options.hasMatchedOption(OFFLINE);
        if (offline && !named.isEmpty()) {
            return print(terminal, AuditFiles.verify(named, AuditEvidence.none(), from), named);
        }
        KekkaiConfig config = ConfigFile.load(terminal.config(), terminal.environment());
        for (int attempt = 1; ; attempt++) {
            Evidence evidence = offline ? AuditEvidence.none() : evidence(config);
            List<Path> files = named.isEmpty() ? AuditFiles.of(config) : named;
            Report report = AuditFiles.verify(files, evidence, from);
            if (!named.isEmpty() || attempt == ATTEMPTS || AuditFiles.of(config).equals(files)) {
                return print(terminal, report, files);
            }
        }
    }

    private static Evidence evidence(KekkaiConfig config)
            throws StartException, StoreException, CustodyException, CommandException, IOException {
        if (!AdminClient.serverThere(config)) {
            Optional<Evidence> here = AuditEvidence.gather(config);
            if (here.isPresent()) {
                return here.get();
            }
        }
        Trail trail = AdminClient.audit(config, audit -> audit.getTrail(GetTrailRequest.getDefaultInstance()));
        UUID replica = UUID.fromString(trail.getReplica());
        List<ListAnchorsResponse> pages = AdminClient.audit(config, audit -> pages(audit::listAnchors));
        ByteString key = pages.getFirst().getPublicKey();
        return new Evidence(
                Optional.of(replica),
                Optional.of(key.toByteArray()).filter(bytes -> bytes.length > 0),
                pages.stream()
                        .flatMap(page -> page.getAnchorsList().stream())
                        .map(anchor -> anchor(replica, anchor))
                        .toList(),
                Optional.of(new ChainHead(trail.getHeadSeq(), trail.getHeadHash())),
                key.isEmpty()
                        ? List.of("the server does not get the token's public key at the moment: no anchor was checked")
                        : List.of());
    }

    private static List<ListAnchorsResponse> pages(Function<ListAnchorsRequest, ListAnchorsResponse> list) {
        List<ListAnchorsResponse> pages = new ArrayList<>();
        long after = 0;
        do {
            pages.add(list.apply(
                    ListAnchorsRequest.newBuilder().setAfterSeq(after).build()));
            int count = pages.getLast().getAnchorsCount();
            after = count == 0 ? 0 : pages.getLast().getAnchors(count - 1).getSeq();
        } while (after > 0);
        return pages;
    }

    private static AuditAnchor anchor(UUID replica, Anchor anchor) {
        return new AuditAnchor(
                replica,
                anchor.getSeq(),
                anchor.getHash().toByteArray(),
                Instant.ofEpochMilli(anchor.getSignedMillis()),
                anchor.getSignature().toByteArray());
    }

    private static ExitCode print(Terminal terminal, Report report, List<Path> files) throws IOException {
        if (terminal.format() == OutputFormat.JSON) {
            AuditReport.json(terminal, report, files);
        } else {
            AuditReport.text(terminal, report, files);
        }
        return report.findings().isEmpty() ? ExitCode.OK : ExitCode.AUDIT;
    }
}
