package dev.kekkai.cli;

import dev.kekkai.app.ExitCode;
import dev.kekkai.attestation.pcr.BankName;
import dev.kekkai.attestation.prover.EkChoice;
import dev.kekkai.attestation.prover.FirmwareLog;
import dev.kekkai.attestation.prover.Hierarchies;
import dev.kekkai.attestation.prover.NodeIdentity;
import dev.kekkai.attestation.prover.Prover;
import dev.kekkai.attestation.prover.ProverException;
import dev.kekkai.attestation.verdict.Refusal;
import dev.kekkai.secret.Secret;
import dev.kekkai.tpm.TpmException;
import dev.kekkai.tpm.command.PcrCommands;
import dev.kekkai.tpm.command.Tpm;
import dev.kekkai.tpm.structure.EkTemplate;
import dev.kekkai.tpm.structure.HashAlg;
import dev.kekkai.tpm.structure.PcrSelection;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.SortedMap;
import java.util.stream.IntStream;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** {@code kekkai node identity}: runs on the node, asks no server and needs no configuration. All that it shows is public. */
final class IdentityCommand {
    private static final String TPM = "--tpm";
    private static final String LOG = "--event-log";
    private static final String BANK = "--bank";
    private static final String QR = "--qr";

    /** An RSA key takes real chips seconds. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static final int PCRS = 24;

    private IdentityCommand() {}

    static CommandSpec spec() {
        return CommandTree.spec(
                        "identity",
                        "Run on a node: show who its TPM is, and what it booted.",
                        "",
                        "Compare the EK with what 'kekkai node list' shows of the machine that waits, or enrol it ahead: 'kekkai node enroll NAME --ek"
                                + " EK'. Nothing is changed and nothing sent. Needs read and write access to the TPM (group tss, or root), and root for the"
                                + " event log.")
                .addOption(OptionSpec.builder(TPM)
                        .paramLabel("PLACE")
                        .type(String.class)
                        .defaultValue(TpmPlace.KERNEL)
                        .description("Which TPM: " + TpmPlace.KERNEL + " (the default), unix:PATH or tcp:HOST:PORT.")
                        .build())
                .addOption(OptionSpec.builder(LOG)
                        .paramLabel("FILE")
                        .type(Path.class)
                        .defaultValue(FirmwareLog.KERNEL)
                        .description("The event log (default: " + FirmwareLog.KERNEL + ").")
                        .build())
                .addOption(OptionSpec.builder(BANK)
                        .paramLabel("BANK")
                        .type(String.class)
                        .defaultValue("sha256")
                        .description("Which PCRs to show: sha1, sha256, sha384 or sha512 (default: sha256).")
                        .build())
                .addOption(OptionSpec.builder(QR)
                        .description("Draw the EK as a QR code too, for the camera of whoever compares it.")
                        .build());
    }

    static ExitCode run(Terminal terminal, ParseResult options) throws CommandException, IOException {
        HashAlg bank = PredictCommand.bank(options);
        Path log = options.matchedOptionValue(LOG, Path.of(FirmwareLog.KERNEL));
        try (Tpm tpm = new Tpm(TpmPlace.open(options.matchedOptionValue(TPM, TpmPlace.KERNEL), PATIENCE), PATIENCE)) {
            Hierarchies hierarchies = new Hierarchies(Secret.owning(new byte[0]));
            EkTemplate template = EkChoice.of(tpm, hierarchies);
            NodeIdentity identity = new Prover(tpm, template, hierarchies).identity();
            SortedMap<Integer, byte[]> pcrs = new PcrCommands(tpm)
                    .read(PcrSelection.of(bank, IntStream.range(0, PCRS).toArray()));
            IdentityReport report = IdentityReport.of(identity, bank, pcrs, eventLog(terminal, log));
            if (terminal.format() == OutputFormat.JSON) {
                report.json(terminal);
            } else {
                report.text(terminal);
            }
            if (options.hasMatchedOption(QR)) {
                (terminal.format() == OutputFormat.JSON ? terminal.err() : terminal.out()).println(report.qr());
            }
            if (pcrs.isEmpty()) {
                terminal.err()
                        .println("note: this TPM has no bank " + BankName.of(bank)
                                + ": allocate it in the firmware's setup, or say another with " + BANK);
            }
            return ExitCode.OK;
        } catch (ProverException | Refusal e) {
            throw new CommandException(ExitCode.FAILED, String.valueOf(e.getMessage()));
        } catch (TpmException e) {
            throw new CommandException(ExitCode.FAILED, "the TPM cannot be asked: " + e.getMessage());
        }
    }

    /** Without it the rest is still worth something. */
    private static byte[] eventLog(Terminal terminal, Path file) {
        try {
            return new FirmwareLog(file).read();
        } catch (ProverException e) {
            terminal.err().println("note: " + e.getMessage());
            return new byte[0];
        }
    }
}
