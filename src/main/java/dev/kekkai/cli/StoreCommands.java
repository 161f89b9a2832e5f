package dev.kekkai.cli;

import dev.kekkai.app.ExitCode;
import dev.kekkai.app.OfflineStore;
import dev.kekkai.app.StartException;
import dev.kekkai.app.Workbench;
import dev.kekkai.audit.AuditException;
import dev.kekkai.authority.Mover.Imported;
import dev.kekkai.authority.StoreExport;
import dev.kekkai.config.ConfigException;
import dev.kekkai.config.ConfigFile;
import dev.kekkai.custody.CustodyException;
import dev.kekkai.keyring.KeyringException;
import dev.kekkai.store.StoreException;
import dev.kekkai.wire.admin.v1.ReconcileStoreRequest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.BiFunction;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParseResult;

/** {@code kekkai store export|import|reconcile}. */
final class StoreCommands {
    private static final String REPLACE = "--replace";
    private static final String TAKE_OVER = "--take-over";

    private StoreCommands() {}

    static void addTo(CommandSpec group, BiFunction<CommandSpec, Command, CommandSpec> leaf) {
        group.addSubcommand("export", leaf.apply(exportSpec(), StoreCommands::export));
        group.addSubcommand("import", leaf.apply(importSpec(), StoreCommands::restore));
        group.addSubcommand("reconcile", leaf.apply(reconcileSpec(), StoreCommands::reconcile));
    }

    private static CommandSpec exportSpec() {
        return CommandTree.spec(
                        "export",
                        "Write the whole store to a file, signed by the HSM.",
                        "",
                        "There is no key in it, because there is none in the store. It needs the same HSM to be imported. The server must be stopped, so"
                                + " that nothing is missing in it; for a backup beside a running server use the database's own means (docs/operations.md).")
                .addPositional(file("Where to write it; the file must not exist. It is made with mode 0600."))
                .addOption(KeyOptions.dryRun());
    }

    private static CommandSpec importSpec() {
        return CommandTree.spec(
                        "import",
                        "Read an export into the store of this configuration, which may be of the other kind.",
                        "",
                        "Its signature and its authority chain are verified first. The server must be stopped.")
                .addPositional(file("What 'kekkai store export' wrote."))
                .addOption(OptionSpec.builder(REPLACE)
                        .description(
                                "Lose what is in the store now. Without it a store that is not empty is left alone.")
                        .build())
                .addOption(KeyOptions.dryRun());
    }

    private static CommandSpec reconcileSpec() {
        return CommandTree.spec(
                        "reconcile",
                        "Bring a store into order that is rolled back or was written to by others, and activate a new key version.",
                        "",
                        "The rows are written as they follow from the authority chain that the HSM signed, and that chain becomes the current one. A new"
                                + " version of each keyring is activated, because nobody knows how often the old one was used; with --tenant, of that"
                                + " tenant's alone. Works through the running server, too.")
                .addOption(OptionSpec.builder(TAKE_OVER)
                        .description(
                                "Say that a store without an authority chain is from before there was one, although the token has signed a chain"
                                        + " before: another installation uses the same token. The store is believed as it is.")
                        .build())
                .addOption(FleetAccess.tenantOption())
                .addOption(KeyOptions.dryRun());
    }

    private static PositionalParamSpec file(String description) {
        return PositionalParamSpec.builder()
                .paramLabel("FILE")
                .index("0")
                .required(true)
                .type(Path.class)
                .description(description)
                .build();
    }

    private static Path file(ParseResult options) {
        return options.matchedPositionalValue(0, Path.of("")).toAbsolutePath();
    }

    private static ExitCode export(Terminal terminal, ParseResult options)
            throws ConfigException, StartException, StoreException, CustodyException, AuditException, IOException {
        boolean dryRun = KeyOptions.dryRun(options);
        try (OfflineStore store = OfflineStore.toExport(
                ConfigFile.load(terminal.config(), terminal.environment()), KeyAccess.operatorName())) {
            StoreExport export = store.export(file(options), dryRun);
            int versions = export.uses().size();
            if (terminal.format() == OutputFormat.JSON) {
                Json.print(terminal, json -> {
                    json.writeStartObject();
                    json.writeBooleanField("changed", !dryRun);
                    json.writeStringField("file", file(options).toString());
                    json.writeNumberField("serial", export.head().serial());
                    json.writeNumberField("versions", versions);
                    json.writeEndObject();
                });
            }
            terminal.err()
                    .println((dryRun ? "would write " : "wrote ") + versions + " key version(s), authority serial "
                            + export.head().serial() + ", to " + file(options));
        }
        return ExitCode.OK;
    }

    private static ExitCode restore(Terminal terminal, ParseResult options)
            throws ConfigException, StartException, StoreException, CustodyException, AuditException, IOException {
        boolean dryRun = KeyOptions.dryRun(options);
        try (OfflineStore store = OfflineStore.toImport(
                ConfigFile.load(terminal.config(), terminal.environment()), KeyAccess.operatorName())) {
            Imported imported = store.restore(file(options), options.hasMatchedOption(REPLACE), dryRun);
            if (terminal.format() == OutputFormat.JSON) {
                Json.print(terminal, json -> {
                    json.writeStartObject();
                    json.writeBooleanField("changed", !dryRun);
                    json.writeNumberField("serial", imported.serial());
                    json.writeNumberField("versions", imported.versions());
                    json.writeNumberField("replaced", imported.replaced());
                    json.writeStringField("behind", imported.behind().orElse(""));
                    json.writeEndObject();
                });
            }
            terminal.err()
                    .println((dryRun ? "would import " : "imported ") + imported.versions()
                            + " key version(s), authority serial " + imported.serial()
                            + (imported.replaced() == 0 ? "" : ", in place of " + imported.replaced()));
            imported.behind().ifPresent(why -> terminal.err().println("kekkai: " + why));
        }
        return ExitCode.OK;
    }

    private static ExitCode reconcile(Terminal terminal, ParseResult options)
            throws ConfigException, StartException, StoreException, CustodyException, KeyringException, AuditException,
                    CommandException, IOException {
        ReconcileStoreRequest request = ReconcileStoreRequest.newBuilder()
                .setTenant(FleetAccess.tenant(options))
                .setTakeOver(options.hasMatchedOption(TAKE_OVER))
                .setDryRun(KeyOptions.dryRun(options))
                .build();
        return KeyListing.printChange(
                terminal,
                KeyAccess.give(
                        terminal,
                        Workbench.Purpose.REPAIR,
                        keys -> keys.reconcileStore(request),
                        keys -> keys.reconcile(request)));
    }
}
