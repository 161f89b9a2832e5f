package dev.kekkai.cli;

import dev.kekkai.app.OfflineKeys;
import dev.kekkai.app.StartException;
import dev.kekkai.app.Workbench;
import dev.kekkai.audit.AuditException;
import dev.kekkai.config.ConfigException;
import dev.kekkai.config.ConfigFile;
import dev.kekkai.config.KekkaiConfig;
import dev.kekkai.custody.CustodyException;
import dev.kekkai.keyring.KeyringException;
import dev.kekkai.keyring.Operator;
import dev.kekkai.store.StoreException;
import dev.kekkai.wire.admin.v1.KeysGrpc;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;

/** Where a command on keys is carried out: through the running server if there is one, else on its store and HSM directly. */
final class KeyAccess {
    /** For another command to end, or a server to begin. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private static final Duration PAUSE = Duration.ofMillis(100);

    private KeyAccess() {}

    /** The same order without a server. */
    interface Offline<T> {
        T carryOut(OfflineKeys keys) throws KeyringException, CustodyException, StoreException, AuditException;
    }

    /** Asks without changing anything. */
    static <T> T ask(Terminal terminal, Function<KeysGrpc.KeysBlockingStub, T> online, Offline<T> offline)
            throws ConfigException, StartException, StoreException, CustodyException, KeyringException, AuditException,
                    CommandException {
        return give(terminal, Workbench.Purpose.LOOK, online, offline);
    }

    /** Gives an order once. */
    static <T> T give(Terminal terminal, Function<KeysGrpc.KeysBlockingStub, T> online, Offline<T> offline)
            throws ConfigException, StartException, StoreException, CustodyException, KeyringException, AuditException,
                    CommandException {
        return give(terminal, Workbench.Purpose.WORK, online, offline);
    }

    /** Gives an order once. A store that another command has at the moment is waited for, since no server can be asked then. */
    static <T> T give(
            Terminal terminal,
            Workbench.Purpose purpose,
            Function<KeysGrpc.KeysBlockingStub, T> online,
            Offline<T> offline)
            throws ConfigException, StartException, StoreException, CustodyException, KeyringException, AuditException,
                    CommandException {
        return carryOut(
                terminal,
                purpose,
                config -> AdminClient.keys(config, online),
                (bench, config) -> offline.carryOut(new OfflineKeys(bench, operator())));
    }

    /** An order to a server. */
    interface ToServer<T> {
        T give(KekkaiConfig config) throws CommandException;
    }

    /** The same order without one. */
    interface AtBench<T> {
        T carryOut(Workbench bench, KekkaiConfig config)
                throws KeyringException, CustodyException, StoreException, AuditException, CommandException;
    }

    /** Whichever of the two there is. */
    static <T> T carryOut(Terminal terminal, Workbench.Purpose purpose, ToServer<T> online, AtBench<T> offline)
            throws ConfigException, StartException, StoreException, CustodyException, KeyringException, AuditException,
                    CommandException {
        KekkaiConfig config = ConfigFile.load(terminal.config(), terminal.environment());
        long giveUp = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            Optional<Workbench> here = Workbench.open(config, purpose);
            if (here.isPresent()) {
                try (Workbench bench = here.get()) {
                    return offline.carryOut(bench, config);
                }
            }
            if (AdminClient.serverThere(config) || System.nanoTime() - giveUp > 0) {
                return online.give(config);
            }
            LockSupport.parkNanos(PAUSE.toNanos());
        }
    }

    static Operator operator() {
        return new Operator(operatorName(), "cli");
    }

    /** Who types, for the audit trail. */
    static String operatorName() {
        return System.getProperty("user.name", "unknown");
    }
}
