package dev.kekkai.cli;

import dev.kekkai.app.ExitCode;
import dev.kekkai.app.StartException;
import dev.kekkai.audit.AuditException;
import dev.kekkai.config.ConfigException;
import dev.kekkai.custody.CustodyException;
import dev.kekkai.keyring.KeyringException;
import dev.kekkai.store.StoreException;
import dev.kekkai.wire.admin.v1.ChangeKeyRequest;
import dev.kekkai.wire.admin.v1.ChangeKeyRequest.Verb;
import java.io.IOException;
import java.util.function.BiFunction;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** {@code kekkai key retire|disable|enable|destroy|accept-provenance VERSION}. */
final class KeyLifeCommands {
    private static final String WORD = "--older-backups-may-become-unreadable";

    private KeyLifeCommands() {}

    /** Adds them to the group; {@code leaf} registers what a command does. */
    static void addTo(CommandSpec group, BiFunction<CommandSpec, Command, CommandSpec> leaf) {
        group.addSubcommand("retire", leaf.apply(retireSpec(), command(Verb.RETIRE)));
        group.addSubcommand("disable", leaf.apply(disableSpec(), command(Verb.DISABLE)));
        group.addSubcommand("enable", leaf.apply(enableSpec(), command(Verb.ENABLE)));
        group.addSubcommand("destroy", leaf.apply(destroySpec(), command(Verb.DESTROY)));
        group.addSubcommand("accept-provenance", leaf.apply(acceptSpec(), command(Verb.ACCEPT_PROVENANCE)));
    }

    private static CommandSpec retireSpec() {
        return spec(
                "retire",
                "Put away a PREPARED version that is not wanted: it becomes RETIRED and never wraps.",
                "",
                "The ACTIVE version is retired by 'kekkai key rotate' alone.");
    }

    private static CommandSpec disableSpec() {
        return spec(
                "disable",
                "Have a RETIRED version refuse: what it wrapped does not open until it is enabled.",
                "",
                "Do it when all Secrets were rewritten, to see whether anything still needs the version. It is also the way out when the"
                        + " version's key is lost: the HSM is not asked, and the server starts without it.");
    }

    private static CommandSpec enableSpec() {
        return spec(
                "enable",
                "Make a DISABLED version RETIRED again, if its key is there and is the one remembered: it opens what it wrapped.");
    }

    private static CommandSpec destroySpec() {
        return spec(
                        "destroy",
                        "Destroy the key of a version in the HSM, for good.",
                        "",
                        "Only of one that has been DISABLED for keys.backup-retention, when all older ones are DESTROYED. What it wrapped can"
                                + " never be opened again, in no backup of etcd either. Cut off half-way, repeat it.",
                        "",
                        "Where the admin API is served, or was, it is asked for and not done: others approve it ('kekkai approval'), and exit code 10"
                                + " says that it waits for them.")
                .addOption(OptionSpec.builder(WORD)
                        .description("Your word that you know it. There is no short form.")
                        .build())
                .addOption(ApprovalCommands.reasonOption("Why, for those who approve; needed where others have to."));
    }

    private static CommandSpec acceptSpec() {
        return spec(
                "accept-provenance",
                "Record the history (local, always sensitive, never extractable) that the token tells of a key now.",
                "",
                "A restore from the HSM vendor's backup changes it. If you know of none, do not accept it: the key was outside the HSM.");
    }

    private static CommandSpec spec(String name, String... description) {
        return CommandTree.spec(name, description)
                .addPositional(KeyOptions.version())
                .addOption(FleetAccess.tenantOption())
                .addOption(KeyOptions.dryRun());
    }

    private static Command command(Verb verb) {
        return (terminal, options) -> run(terminal, options, verb);
    }

    private static ExitCode run(Terminal terminal, ParseResult options, Verb verb)
            throws ConfigException, StartException, StoreException, CustodyException, KeyringException, AuditException,
                    CommandException, IOException {
        ChangeKeyRequest request = ChangeKeyRequest.newBuilder()
                .setVerb(verb)
                .setVersion(KeyOptions.version(options))
                .setOlderBackupsMayBecomeUnreadable(verb == Verb.DESTROY && options.hasMatchedOption(WORD))
                .setReason(verb == Verb.DESTROY ? ApprovalCommands.reason(options) : "")
                .setTenant(FleetAccess.tenant(options))
                .setDryRun(KeyOptions.dryRun(options))
                .build();
        return KeyListing.printChange(
                terminal, KeyAccess.give(terminal, keys -> keys.changeKey(request), keys -> keys.change(request)));
    }
}
