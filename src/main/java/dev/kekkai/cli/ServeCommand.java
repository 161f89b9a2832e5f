package dev.kekkai.cli;

import dev.kekkai.app.ExitCode;
import dev.kekkai.app.ServeApplication;
import dev.kekkai.config.ConfigException;
import dev.kekkai.config.ConfigFile;
import dev.kekkai.config.KekkaiConfig;
import io.quarkus.runtime.Quarkus;
import io.quarkus.smallrye.openapi.runtime.OpenApiConstants;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** {@code kekkai serve}: the one command that boots Quarkus. */
final class ServeCommand {
    private ServeCommand() {}

    static CommandSpec spec() {
        return CommandTree.spec(
                "serve",
                "Serve the KMS socket until told to stop (SIGTERM).",
                "",
                "The socket appears when the keyring is open and a round trip through the HSM has succeeded. If that cannot be,"
                        + " the command ends and says why; it never creates a key.",
                "",
                "In the role agent the socket appears at once, and Status says why it cannot serve until a gateway has admitted"
                        + " this node.");
    }

    static ExitCode run(Terminal terminal, ParseResult options) throws ConfigException, CommandException {
        SideDoors.check(terminal.environment(), Path.of("").toAbsolutePath());
        KekkaiConfig config = ConfigFile.load(terminal.config(), terminal.environment());
        System.setProperty("quarkus.management.host", config.management().address());
        System.setProperty(
                "quarkus.management.port", Integer.toString(config.management().port()));
        if (config.admin().isPresent()) {
            AdminListener.settings(config.admin().get()).forEach(System::setProperty);
        }
        describeNothing();
        AtomicInteger code = new AtomicInteger(ExitCode.FAILED.code());
        Quarkus.run(
                ServeApplication.class,
                (ended, failure) -> {
                    code.set(ended);
                    if (failure != null) {
                        terminal.err().println("kekkai: the server ended: " + reasons(failure));
                    }
                },
                terminal.config().toString());
        int ended = code.get();
        for (ExitCode known : ExitCode.values()) {
            if (known.code() == ended) {
                return known;
            }
        }
        return ExitCode.FAILED;
    }

    /**
     * Keeps the OpenAPI extension, switched off as it is, from reading the description that it made at build time and building a model of it at each
     * start: it looks for the file by this class loader, and finds none. What is served is a resource of ours.
     */
    private static void describeNothing() {
        OpenApiConstants.classLoader = ClassLoader.getPlatformClassLoader();
    }

    /** Quarkus wraps what happened in a failure that says only that it failed. */
    private static String reasons(Throwable failure) {
        return Stream.iterate(failure, cause -> cause != null, Throwable::getCause)
                .map(cause -> String.valueOf(cause.getMessage()))
                .distinct()
                .collect(Collectors.joining(": "));
    }
}
