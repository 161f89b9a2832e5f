package dev.kekkai.cli;

import dev.kekkai.app.ExitCode;
import dev.kekkai.app.StartException;
import dev.kekkai.audit.AuditException;
import dev.kekkai.config.ConfigException;
import dev.kekkai.custody.CustodyException;
import dev.kekkai.keyring.KeyringException;
import dev.kekkai.store.StoreException;
import java.io.IOException;
import picocli.CommandLine.ParseResult;

/** What a verb does. Failures are printed and turned into exit codes in one place, {@link CommandTree}. */
@FunctionalInterface
interface Command {
    ExitCode run(Terminal terminal, ParseResult options)
            throws ConfigException, StartException, StoreException, CustodyException, KeyringException, AuditException,
                    CommandException, IOException;
}
