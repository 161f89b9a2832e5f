package dev.kekkai.cli;

import dev.kekkai.app.ExitCode;
import dev.kekkai.app.RootsFile;
import dev.kekkai.config.ConfigException;
import dev.kekkai.config.ConfigFile;
import dev.kekkai.config.KekkaiConfig;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** {@code kekkai gateway roots}. */
final class GatewayCommands {
    private GatewayCommands() {}

    static CommandSpec rootsSpec() {
        return CommandTree.spec(
                "roots",
                "Print the roots that agents are to trust, active and standby, as PEM: the agents' roots-file. They are public.");
    }

    static ExitCode roots(Terminal terminal, ParseResult options)
            throws ConfigException, IOException, CommandException {
        KekkaiConfig config = ConfigFile.load(terminal.config(), terminal.environment());
        String pem = pem(config);
        if (terminal.format() == OutputFormat.JSON) {
            Json.print(terminal, json -> {
                json.writeStartObject();
                json.writeStringField("roots", pem);
                json.writeEndObject();
            });
        } else {
            terminal.out().print(pem);
            terminal.out().flush();
        }
        return ExitCode.OK;
    }

    private static String pem(KekkaiConfig config) throws IOException, CommandException {
        try {
            return RootsFile.of(config).read();
        } catch (NoSuchFileException e) {
            throw new CommandException(
                    ExitCode.NOT_SERVING,
                    RootsFile.of(config).path()
                            + " is not there: a gateway makes it at its first start, so start it once");
        }
    }
}
