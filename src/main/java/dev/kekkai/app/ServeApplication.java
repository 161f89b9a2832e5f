package dev.kekkai.app;

import dev.kekkai.admin.rest.Front;
import dev.kekkai.admin.rest.ServedParts;
import dev.kekkai.audit.AuditException;
import dev.kekkai.config.ConfigException;
import dev.kekkai.config.ConfigFile;
import dev.kekkai.config.KekkaiConfig;
import dev.kekkai.custody.CustodyException;
import dev.kekkai.health.Vitals;
import dev.kekkai.keyring.KeyringException;
import dev.kekkai.store.StoreException;
import dev.kekkai.uds.SocketUnusableException;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.QuarkusApplication;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.jboss.logging.Logger;

/** Serves inside Quarkus until the process is told to stop. Its one argument is the configuration file. */
public class ServeApplication implements QuarkusApplication {
    private static final Logger LOG = Logger.getLogger(ServeApplication.class);

    private static final long CLOSING_SECONDS = 20;

    private final Vitals vitals;
    private final Front front;
    private final String version;

    ServeApplication(Vitals vitals, Front front, @ConfigProperty(name = "quarkus.application.version") String version) {
        this.vitals = vitals;
        this.front = front;
        this.version = version;
    }

    @Override
    public int run(String... args) {
        CountDownLatch closed = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> await(closed), "kekkai-closing"));
        try {
            KekkaiConfig config = ConfigFile.load(Path.of(args[0]), System.getenv());
            switch (config.role()) {
                case STANDALONE -> standalone(config);
                case GATEWAY -> gateway(config);
                case AGENT -> agent(config);
            }
            return ExitCode.OK.code();
        } catch (ConfigException
                | StartException
                | StoreException
                | CustodyException
                | KeyringException
                | AuditException
                | SocketUnusableException e) {
            LOG.errorf("cannot serve: %s", e.getMessage());
            return ExitCode.of(e).code();
        } finally {
            vitals.stopped();
            closed.countDown();
        }
    }

    private void standalone(KekkaiConfig config)
            throws StartException, StoreException, CustodyException, KeyringException, AuditException,
                    SocketUnusableException {
        try (StandaloneServer server = StandaloneServer.start(config, version)) {
            vitals.serving(server::health, server::hopeless);
            untilStopped(config, server::parts);
        }
    }

    private void gateway(KekkaiConfig config)
            throws StartException, StoreException, CustodyException, KeyringException, AuditException,
                    SocketUnusableException {
        try (GatewayServer server = GatewayServer.start(config, version)) {
            vitals.serving(server::health, server::hopeless);
            untilStopped(config, server::parts);
        }
    }

    private void agent(KekkaiConfig config) throws StartException, SocketUnusableException {
        try (AgentServer server = AgentServer.start(config, version)) {
            vitals.serving(server::health, Optional::empty);
            Quarkus.waitForExit();
        }
    }

    private void untilStopped(KekkaiConfig config, Supplier<ServedParts> parts) {
        config.admin().ifPresent(api -> front.open(api, parts.get()));
        try {
            Quarkus.waitForExit();
        } finally {
            front.close();
        }
    }

    /** The process is not to end on a signal before all is closed: the last records of the trail are anchored then, and the database folds its log up. */
    private static void await(CountDownLatch closed) {
        try {
            if (!closed.await(CLOSING_SECONDS, TimeUnit.SECONDS)) {
                LOG.warnf("not all was closed within %d s", CLOSING_SECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
