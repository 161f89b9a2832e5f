package dev.kekkai.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.kekkai.app.ExitCode;
import dev.kekkai.config.ConfigException;
import dev.kekkai.config.ConfigFile;
import dev.kekkai.config.ConfigView;
import dev.kekkai.config.EffectiveConfig;
import java.io.IOException;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** {@code kekkai config validate} and {@code config show}. */
final class ConfigCommands {
    private ConfigCommands() {}

    static CommandSpec validateSpec() {
        return CommandTree.spec(
                "validate",
                "Read the configuration and the HSM profile it names, and report every problem with file and line.");
    }

    static ExitCode validate(Terminal terminal, ParseResult options) throws ConfigException, IOException {
        EffectiveConfig effective = ConfigFile.read(terminal.config(), terminal.environment());
        if (terminal.format() == OutputFormat.JSON) {
            Json.print(terminal, json -> {
                json.writeStartObject();
                json.writeBooleanField("valid", true);
                json.writeStringField("file", effective.file().toString());
                json.writeEndObject();
            });
        } else {
            terminal.out().println(effective.file() + ": valid");
        }
        return ExitCode.OK;
    }

    static CommandSpec showSpec() {
        return CommandTree.spec("show", "Print the effective configuration, and where each value comes from.");
    }

    static ExitCode show(Terminal terminal, ParseResult options) throws ConfigException, IOException {
        EffectiveConfig effective = ConfigFile.read(terminal.config(), terminal.environment());
        if (terminal.format() == OutputFormat.JSON) {
            Json.print(terminal, (JsonGenerator json) -> ConfigView.writeJson(effective, json));
        } else {
            terminal.out().print(ConfigView.yaml(effective));
            terminal.out().flush();
        }
        return ExitCode.OK;
    }
}
