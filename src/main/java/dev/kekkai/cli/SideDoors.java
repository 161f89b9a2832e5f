package dev.kekkai.cli;

import dev.kekkai.app.ExitCode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Refuses to serve where something else than Kekkai's own file would configure the runtime underneath.
 *
 * <p>Quarkus reads its settings from the environment and from the working directory too. One of them opens a TCP listener, another has gRPC log
 * every frame, and a frame holds a DEK. Whoever could plant such a file or variable would be served what the KMS socket protects.
 */
final class SideDoors {
    private static final List<String> VARIABLES =
            List.of("QUARKUS_", "_QUARKUS_", "_PROD_QUARKUS_", "SMALLRYE_", "MP_CONFIG");
    private static final List<String> FILES =
            List.of("config/application.properties", "config/application.yaml", "config/application.yml", ".env");

    private SideDoors() {}

    /**
     * Throws if there is one.
     *
     * @param folder the working directory
     */
    static void check(Map<String, String> environment, Path folder) throws CommandException {
        Optional<String> variable = environment.keySet().stream()
                .filter(name -> VARIABLES.stream().anyMatch(name::startsWith))
                .sorted()
                .findFirst();
        if (variable.isPresent()) {
            throw refused("the environment variable " + variable.get() + " would", "unset it");
        }
        for (String file : FILES) {
            if (Files.exists(folder.resolve(file))) {
                throw refused(
                        "the file " + folder.resolve(file).toAbsolutePath() + " would",
                        "start from another folder, for example /");
            }
        }
    }

    private static CommandException refused(String what, String remedy) {
        return new CommandException(
                ExitCode.CONFIGURATION,
                what + " change the settings of the runtime underneath, which could open ports or log DEKs: " + remedy
                        + "; Kekkai's own settings are in its configuration file and in KEKKAI_ variables");
    }
}
