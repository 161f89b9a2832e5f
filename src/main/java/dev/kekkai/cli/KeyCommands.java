package dev.kekkai.cli;

import dev.kekkai.app.ExitCode;
import dev.kekkai.app.StartException;
import dev.kekkai.audit.AuditException;
import dev.kekkai.config.ConfigException;
import dev.kekkai.custody.CustodyException;
import dev.kekkai.keyring.KeyringException;
import dev.kekkai.store.StoreException;
import dev.kekkai.wire.admin.v1.AdoptKeysRequest;
import dev.kekkai.wire.admin.v1.CreateKeyRequest;
import dev.kekkai.wire.admin.v1.ListKeysRequest;
import dev.kekkai.wire.admin.v1.ListKeysResponse;
import java.io.IOException;
import java.util.UUID;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** {@code kekkai key list|create|adopt}. */
final class KeyCommands {
    private static final String NEW_KEYRING = "--new-keyring";
    private static final String LINEAGE = "--lineage";
    private static final String ACCEPT_PROVENANCE = "--accept-provenance";
    private static final String NEW = "--new";
    private static final String VERSION = "--version";

    private KeyCommands() {}

    static CommandSpec listSpec() {
        return CommandTree.spec(
                        "list",
                        "List the KEK versions with their states. No key is shown, because none can be.",
                        "",
                        "UNREGISTERED is a key of this keyring that is on the token and not in the store, as a creation leaves it that was cut off:"
                                + " 'kekkai key adopt' registers it.")
                .addOption(FleetAccess.tenantOption());
    }

    static ExitCode list(Terminal terminal, ParseResult options)
            throws ConfigException, StartException, StoreException, CustodyException, KeyringException, AuditException,
                    CommandException, IOException {
        ListKeysRequest request = ListKeysRequest.newBuilder()
                .setTenant(FleetAccess.tenant(options))
                .build();
        ListKeysResponse listed = KeyAccess.ask(terminal, keys -> keys.listKeys(request), keys -> keys.list(request));
        KeyListing.print(terminal, listed.getVersionsList());
        if (!listed.getProblem().isEmpty()) {
            terminal.err()
                    .println("kekkai: the token could not be asked for keys that are not registered: "
                            + listed.getProblem());
        }
        return ExitCode.OK;
    }

    static CommandSpec createSpec() {
        return CommandTree.spec(
                        "create",
                        "Generate a KEK inside the HSM and register it.",
                        "",
                        "The first one becomes ACTIVE at once. While another is ACTIVE, the new one is PREPARED: it exists and wraps nothing"
                                + " until 'kekkai key rotate --version'.")
                .addOption(OptionSpec.builder(NEW_KEYRING)
                        .description(
                                "Begin a new keyring although the token holds keys of one that this database does not know.")
                        .build())
                .addOption(FleetAccess.tenantOption())
                .addOption(KeyOptions.dryRun());
    }

    static ExitCode create(Terminal terminal, ParseResult options)
            throws ConfigException, StartException, StoreException, CustodyException, KeyringException, AuditException,
                    CommandException, IOException {
        CreateKeyRequest request = CreateKeyRequest.newBuilder()
                .setNewKeyring(options.hasMatchedOption(NEW_KEYRING))
                .setTenant(FleetAccess.tenant(options))
                .setDryRun(KeyOptions.dryRun(options))
                .build();
        return KeyListing.printChange(
                terminal, KeyAccess.give(terminal, keys -> keys.createKey(request), keys -> keys.create(request)));
    }

    static CommandSpec adoptSpec() {
        return CommandTree.spec(
                        "adopt",
                        "Register KEKs that are on the token and not in the store; rebuild the keyring if the database is gone.",
                        "",
                        "Found by their labels, kekkai/<lineage>/<number>/<mechanism>, and checked like any KEK. They come back RETIRED:"
                                + " they open what they wrapped. 'kekkai key create' then makes the one that wraps.",
                        "",
                        "With --new the one key that is not registered is PREPARED, for tokens whose keys are made by their own tools:"
                                + " 'kekkai key rotate --version N' then makes it the one that wraps. Only for a key that has never wrapped.",
                        "",
                        "With --version nothing is registered: a version that wraps no more and whose canary cannot be read gets a new one.")
                .addOption(OptionSpec.builder(LINEAGE)
                        .paramLabel("UUID")
                        .type(UUID.class)
                        .description("Which keyring to rebuild, if the token holds keys of several.")
                        .build())
                .addOption(OptionSpec.builder(ACCEPT_PROVENANCE)
                        .description(
                                "Accept keys that the token does not call local, always sensitive and never extractable,"
                                        + " as after a restore from the HSM vendor's backup.")
                        .build())
                .addOption(OptionSpec.builder(NEW)
                        .description("Your word that the key was made just now and has wrapped nothing.")
                        .build())
                .addOption(OptionSpec.builder(VERSION)
                        .paramLabel("VERSION")
                        .type(String.class)
                        .description(
                                "Seal a new canary for this registered version: its number, or the beginning of its version id.")
                        .build())
                .addOption(FleetAccess.tenantOption())
                .addOption(KeyOptions.dryRun());
    }

    static ExitCode adopt(Terminal terminal, ParseResult options)
            throws ConfigException, StartException, StoreException, CustodyException, KeyringException, AuditException,
                    CommandException, IOException {
        UUID lineage = options.matchedOptionValue(LINEAGE, null);
        boolean acceptProvenance = options.hasMatchedOption(ACCEPT_PROVENANCE);
        boolean neverUsed = options.hasMatchedOption(NEW);
        String version = options.matchedOptionValue(VERSION, "");
        if (!version.isEmpty() && (lineage != null || acceptProvenance || neverUsed)) {
            throw new CommandException(
                    ExitCode.USAGE,
                    VERSION + " goes with none of " + LINEAGE + ", " + ACCEPT_PROVENANCE + " and " + NEW
                            + ": it registers nothing; see 'kekkai key adopt --help'");
        }
        AdoptKeysRequest request = AdoptKeysRequest.newBuilder()
                .setLineage(lineage == null ? "" : lineage.toString())
                .setAcceptProvenance(acceptProvenance)
                .setNeverUsed(neverUsed)
                .setVersion(version)
                .setTenant(FleetAccess.tenant(options))
                .setDryRun(KeyOptions.dryRun(options))
                .build();
        return KeyListing.printChange(
                terminal, KeyAccess.give(terminal, keys -> keys.adoptKeys(request), keys -> keys.adopt(request)));
    }
}
