package dev.kekkai.cli;

import dev.kekkai.app.ExitCode;
import dev.kekkai.attestation.eventlog.EventLog;
import dev.kekkai.attestation.pcr.BankName;
import dev.kekkai.attestation.policy.Alternative;
import dev.kekkai.attestation.policy.Policy;
import dev.kekkai.attestation.verdict.TrustClass;
import dev.kekkai.fleet.FleetException;
import dev.kekkai.fleet.policy.PolicyText;
import dev.kekkai.fleet.policy.Prediction;
import dev.kekkai.tpm.structure.HashAlg;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** {@code kekkai policy predict}: makes the file that {@code kekkai policy add} takes. Asks no server, and needs no configuration. */
final class PredictCommand {
    private static final String MANIFEST = "--manifest";
    private static final String LOG = "--event-log";
    private static final String NAME = "--name";
    private static final String PCRS = "--pcrs";
    private static final String BANK = "--bank";
    private static final String EVENTS = "--events";

    private PredictCommand() {}

    static CommandSpec spec() {
        return CommandTree.spec(
                        "predict",
                        "Print the alternative for what is going to be booted, from a release's manifest or from an event log.",
                        "",
                        "A manifest says of each PCR its values, or what is measured into it, in order, from which the value is computed (docs/fleet.md)."
                                + " An event log is that of a machine which booted it: a canary, or a virtual machine with the same firmware.")
                .addOption(OptionSpec.builder(MANIFEST)
                        .paramLabel("FILE")
                        .type(Path.class)
                        .description("The manifest, YAML or JSON.")
                        .build())
                .addOption(OptionSpec.builder(LOG)
                        .paramLabel("FILE")
                        .type(Path.class)
                        .description("The event log, as in /sys/kernel/security/tpm0/binary_bios_measurements.")
                        .build())
                .addOption(OptionSpec.builder(NAME)
                        .paramLabel("NAME")
                        .type(String.class)
                        .description("With " + LOG + ": what to call the alternative.")
                        .build())
                .addOption(OptionSpec.builder(PCRS)
                        .paramLabel("LIST")
                        .type(String.class)
                        .defaultValue("0,2,4,7")
                        .description("With " + LOG + ": which PCRs (default: 0,2,4,7).")
                        .build())
                .addOption(OptionSpec.builder(BANK)
                        .paramLabel("BANK")
                        .type(String.class)
                        .defaultValue("sha256")
                        .description("With " + LOG + ": sha1, sha256, sha384 or sha512 (default: sha256).")
                        .build())
                .addOption(OptionSpec.builder(EVENTS)
                        .description(
                                "With " + LOG
                                        + ": allow the events that were measured, in any order, in place of the value that they give together.")
                        .build());
    }

    static ExitCode run(Terminal terminal, ParseResult options) throws CommandException, IOException {
        Path manifest = options.matchedOptionValue(MANIFEST, null);
        Path log = options.matchedOptionValue(LOG, null);
        String name = options.matchedOptionValue(NAME, "");
        if ((manifest == null) == (log == null) || (log != null && name.isEmpty())) {
            throw new CommandException(
                    ExitCode.USAGE,
                    "say " + MANIFEST + ", or " + LOG + " and " + NAME + "; see 'kekkai policy predict --help'");
        }
        try {
            Alternative alternative = manifest != null
                    ? Prediction.ofManifest(manifest.toString(), PolicyCommands.read(manifest))
                    : Prediction.ofLog(name, bank(options), log(log), pcrs(options), options.hasMatchedOption(EVENTS));
            terminal.out().print(PolicyText.pretty(alternative));
            terminal.out().flush();
            HashAlg bank =
                    alternative.rules().getFirst().digests().iterator().next().bank();
            new Policy(bank, TrustClass.VOUCHED, OptionalLong.empty(), false, List.of(alternative))
                    .weaknesses()
                    .forEach(weakness -> terminal.err().println("note: " + weakness));
            return ExitCode.OK;
        } catch (FleetException e) {
            throw FleetAccess.refused(e);
        }
    }

    static HashAlg bank(ParseResult options) throws CommandException {
        return BankName.parse(options.matchedOptionValue(BANK, "sha256"))
                .orElseThrow(() -> new CommandException(ExitCode.USAGE, BANK + " is sha1, sha256, sha384 or sha512"));
    }

    private static byte[] log(Path file) throws CommandException, IOException {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(EventLog.MAX_BYTES + 1);
            if (bytes.length > EventLog.MAX_BYTES) {
                throw new CommandException(ExitCode.USAGE, file + " is longer than an event log can be");
            }
            return bytes;
        }
    }

    private static SortedSet<Integer> pcrs(ParseResult options) throws CommandException {
        String said = options.matchedOptionValue(PCRS, "0,2,4,7");
        if (!said.matches("[0-9]{1,2}(,[0-9]{1,2})*")) {
            throw new CommandException(ExitCode.USAGE, PCRS + " is a list such as 0,2,4,7");
        }
        return Arrays.stream(said.split(",", -1)).map(Integer::valueOf).collect(Collectors.toCollection(TreeSet::new));
    }
}
