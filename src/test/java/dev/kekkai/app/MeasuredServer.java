package dev.kekkai.app;

import dev.kekkai.audit.AuditTrail;
import dev.kekkai.config.ConfigFile;
import java.nio.file.Path;
import java.util.function.UnaryOperator;

/**
 * The server with or without records of wraps and unwraps, for the bench to compare. It is on the class path of tests alone: no configuration of the
 * product keeps it from recording. Serves until its standard input ends, as it does when the bench ends.
 */
public final class MeasuredServer {
    /** The second argument of a server that records as the product does. */
    public static final String RECORDED = "recorded";

    private MeasuredServer() {}

    public static void main(String[] arguments) throws Exception {
        UnaryOperator<AuditTrail> wraps = arguments[1].equals(RECORDED) ? trail -> trail : trail -> event -> {};
        try (StandaloneServer server =
                StandaloneServer.start(ConfigFile.load(Path.of(arguments[0]), System.getenv()), "bench", wraps)) {
            System.out.println("serving " + server.snapshot().keyId());
            System.in.readAllBytes();
        }
    }
}
