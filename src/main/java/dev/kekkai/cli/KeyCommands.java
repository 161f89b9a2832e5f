package dev.kekkai.cli;

import dev.kekkai.app.ExitCode;
import dev.kekkai.app.OfflineKeys;
import dev.kekkai.app.StartException;
import dev.kekkai.app.Workbench;
import dev.kekkai.audit.AuditException;
import dev.kekkai.config.ConfigException;
import dev.kekkai.config.ConfigFile;
import dev.kekkai.config.KekkaiConfig;
import dev.kekkai.custody.CustodyException;
import dev.kekkai.id.Lineage;
import dev.kekkai.keyring.KeyringException;
import dev.kekkai.keyring.Operator;
import dev.kekkai.store.StoreException;
import dev.kekkai.wire.admin.v1.AdoptKeysRequest;
import dev.kekkai.wire.admin.v1.CreateKeyRequest;
import dev.kekkai.wire.admin.v1.KeyVersion;
import dev.kekkai.wire.admin.v1.ListKeysRequest;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** {@code kekkai key list|create|adopt}: through the running server if there is one, else on its store and HSM directly. */
final class KeyCommands {
    private static final String NEW_KEYRING = "--new-keyring";
    private static final String LINEAGE = "--lineage";
    private static final String ACCEPT_PROVENANCE = "--accept-provenance";

    private KeyCommands() {}

    static CommandSpec listSpec() {
        return CommandTree.spec(
                "list", "List the KEK versions with their states. No key is shown, because none can be.");
    }

    static ExitCode list(Terminal terminal, ParseResult options)
            throws ConfigException, StartException, StoreException, CustodyException, CommandException, IOException {
        KekkaiConfig config = ConfigFile.load(terminal.config(), terminal.environment());
        KeyListing.print(terminal, versions(config));
        return ExitCode.OK;
    }

    private static List<KeyVersion> versions(KekkaiConfig config)
            throws StartException, StoreException, CustodyException, CommandException {
        Optional<Workbench> here = Workbench.open(config);
        if (here.isEmpty()) {
            return AdminClient.call(config, admin -> admin.listKeys(ListKeysRequest.getDefaultInstance()))
                    .getVersionsList();
        }
        try (Workbench bench = here.get()) {
            return new OfflineKeys(bench).list();
        }
    }

    static CommandSpec createSpec() {
        return CommandTree.spec(
                        "create",
                        "Generate a KEK inside the HSM and register it.",
                        "",
                        "The first one becomes ACTIVE at once. While another is ACTIVE, the new one is PREPARED: it exists and wraps nothing.")
                .addOption(OptionSpec.builder(NEW_KEYRING)
                        .description(
                                "Begin a new keyring although the token holds keys of one that this database does not know.")
                        .build());
    }

    static ExitCode create(Terminal terminal, ParseResult options)
            throws ConfigException, StartException, StoreException, CustodyException, KeyringException, AuditException,
                    CommandException, IOException {
        KekkaiConfig config = ConfigFile.load(terminal.config(), terminal.environment());
        boolean newKeyring = options.hasMatchedOption(NEW_KEYRING);
        KeyListing.print(terminal, List.of(created(config, newKeyring)));
        return ExitCode.OK;
    }

    private static KeyVersion created(KekkaiConfig config, boolean newKeyring)
            throws StartException, StoreException, CustodyException, KeyringException, AuditException,
                    CommandException {
        Optional<Workbench> here = Workbench.open(config);
        if (here.isEmpty()) {
            return AdminClient.call(
                            config,
                            admin -> admin.createKey(CreateKeyRequest.newBuilder()
                                    .setNewKeyring(newKeyring)
                                    .build()))
                    .getVersion();
        }
        try (Workbench bench = here.get()) {
            return new OfflineKeys(bench).create(config.custody().profile().mechanism(), newKeyring, operator());
        }
    }

    static CommandSpec adoptSpec() {
        return CommandTree.spec(
                        "adopt",
                        "Register KEKs that are on the token and not in the store; rebuild the keyring if the database is gone.",
                        "",
                        "Found by their labels, kekkai/<lineage>/<number>/<mechanism>, and checked like any KEK. They come back RETIRED:"
                                + " they open what they wrapped. 'kekkai key create' then makes the one that wraps.")
                .addOption(OptionSpec.builder(LINEAGE)
                        .paramLabel("UUID")
                        .type(UUID.class)
                        .description("Which keyring to rebuild, if the token holds keys of several.")
                        .build())
                .addOption(OptionSpec.builder(ACCEPT_PROVENANCE)
                        .description(
                                "Accept keys that the token does not call local, always sensitive and never extractable,"
                                        + " as after a restore from the HSM vendor's backup.")
                        .build());
    }

    static ExitCode adopt(Terminal terminal, ParseResult options)
            throws ConfigException, StartException, StoreException, CustodyException, KeyringException, AuditException,
                    CommandException, IOException {
        KekkaiConfig config = ConfigFile.load(terminal.config(), terminal.environment());
        UUID lineage = options.matchedOptionValue(LINEAGE, null);
        KeyListing.print(terminal, adopted(config, lineage, options.hasMatchedOption(ACCEPT_PROVENANCE)));
        return ExitCode.OK;
    }

    private static List<KeyVersion> adopted(KekkaiConfig config, @Nullable UUID lineage, boolean acceptProvenance)
            throws StartException, StoreException, CustodyException, KeyringException, AuditException,
                    CommandException {
        Optional<Workbench> here = Workbench.open(config);
        if (here.isEmpty()) {
            AdoptKeysRequest request = AdoptKeysRequest.newBuilder()
                    .setLineage(lineage == null ? "" : lineage.toString())
                    .setAcceptProvenance(acceptProvenance)
                    .build();
            return AdminClient.call(config, admin -> admin.adoptKeys(request)).getVersionsList();
        }
        try (Workbench bench = here.get()) {
            return new OfflineKeys(bench)
                    .adopt(lineage == null ? null : new Lineage(lineage), acceptProvenance, operator());
        }
    }

    private static Operator operator() {
        return new Operator(System.getProperty("user.name", "unknown"), "cli");
    }
}
