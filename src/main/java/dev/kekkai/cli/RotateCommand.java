package dev.kekkai.cli;

import dev.kekkai.app.ExitCode;
import dev.kekkai.app.StartException;
import dev.kekkai.audit.AuditException;
import dev.kekkai.config.ConfigException;
import dev.kekkai.custody.CustodyException;
import dev.kekkai.keyring.KeyringException;
import dev.kekkai.store.StoreException;
import dev.kekkai.wire.admin.v1.RotateKeyRequest;
import java.io.IOException;
import java.time.Duration;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** {@code kekkai key rotate}. */
final class RotateCommand {
    private static final String VERSION = "--version";
    private static final String ACTIVATE_IN = "--activate-in";

    private RotateCommand() {}

    static CommandSpec spec() {
        return CommandTree.spec(
                        "rotate",
                        "Make another KEK version ACTIVE: generate it inside the HSM, prove it by a round trip, activate it.",
                        "",
                        "The version that was ACTIVE becomes RETIRED and goes on opening what it wrapped. KMS v2 tells the new key_id with the"
                                + " next Status, KMS v1 wraps by the new version at the next write. Rewrite the Secrets afterwards.")
                .addOption(OptionSpec.builder(VERSION)
                        .paramLabel("VERSION")
                        .type(String.class)
                        .description(
                                "Use this PREPARED version, as 'kekkai key create' makes them, instead of a new one.")
                        .build())
                .addOption(OptionSpec.builder(ACTIVATE_IN)
                        .paramLabel("TIME")
                        .type(Duration.class)
                        .converters(new KeyOptions.Time())
                        .description(
                                "Activate it that much later, for example 90s or 2h (default: 0, at once). The time is stored: it survives a"
                                        + " restart, and what came due while no server ran is done when one starts.")
                        .build())
                .addOption(FleetAccess.tenantOption())
                .addOption(KeyOptions.dryRun());
    }

    static ExitCode run(Terminal terminal, ParseResult options)
            throws ConfigException, StartException, StoreException, CustodyException, KeyringException, AuditException,
                    CommandException, IOException {
        Duration activateIn = options.matchedOptionValue(ACTIVATE_IN, Duration.ZERO);
        RotateKeyRequest request = RotateKeyRequest.newBuilder()
                .setVersion(options.matchedOptionValue(VERSION, ""))
                .setActivateInMillis(activateIn.toMillis())
                .setTenant(FleetAccess.tenant(options))
                .setDryRun(KeyOptions.dryRun(options))
                .build();
        return KeyListing.printChange(
                terminal, KeyAccess.give(terminal, keys -> keys.rotateKey(request), keys -> keys.rotate(request)));
    }
}
