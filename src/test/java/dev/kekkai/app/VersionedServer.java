package dev.kekkai.app;

import dev.kekkai.attestation.ProtocolVersion;
import dev.kekkai.config.ConfigFile;
import dev.kekkai.config.KekkaiConfig;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;

/**
 * The gateway or the agent of a build that speaks another version of the protocol between the two: the same server, told another number. It is on the
 * class path of tests alone: no configuration of the product makes it say what it is not. Serves until the process is killed.
 */
public final class VersionedServer {
    private VersionedServer() {}

    /**
     * Serves.
     *
     * @param arguments the configuration file, and the version
     */
    public static void main(String[] arguments) throws Exception {
        KekkaiConfig config = ConfigFile.load(Path.of(arguments[0]), System.getenv());
        ProtocolVersion protocol = new ProtocolVersion(Long.parseLong(arguments[1]));
        try (AutoCloseable server = start(config, protocol)) {
            System.out.println("serving: " + server);
            new CountDownLatch(1).await();
        }
    }

    private static AutoCloseable start(KekkaiConfig config, ProtocolVersion protocol) throws Exception {
        return switch (config.role()) {
            case AGENT -> AgentServer.start(config, "another", protocol);
            case GATEWAY -> GatewayServer.start(config, "another", protocol);
            case STANDALONE -> throw new IllegalArgumentException("a standalone server speaks with no other");
        };
    }
}
