package dev.kekkai.kms;

import dev.kekkai.config.KekkaiConfig;
import dev.kekkai.dek.Caller;
import dev.kekkai.dek.DeadlineWatch;
import dev.kekkai.dek.DekService;
import dev.kekkai.id.TenantId;
import dev.kekkai.uds.ServerLimits;
import dev.kekkai.uds.Serving;
import dev.kekkai.uds.SocketPlace;
import dev.kekkai.uds.SocketUnusableException;
import dev.kekkai.uds.UnixSocketServer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;

/** The socket that kube-apiserver's {@code EncryptionConfiguration} names: KMS v2 and v1beta1 for one tenant, from start to close. */
public final class KmsEndpoint implements AutoCloseable {
    /** What a call may take at most; the apiserver's own timeout is 3 s unless configured otherwise. */
    public static final Duration PATIENCE = Duration.ofSeconds(10);

    private final UnixSocketServer server;
    private final ScheduledExecutorService timer;

    private KmsEndpoint(UnixSocketServer server, ScheduledExecutorService timer) {
        this.server = server;
        this.timer = timer;
    }

    /**
     * Serves both APIs; when this returns, the socket is in place and answers.
     *
     * @param config socket path, mode and group
     * @param dek answers the calls; not closed with the endpoint
     * @param tenant whose keyring callers of this socket use
     * @param runtimeVersion of this program, told to v1 clients
     * @throws SocketUnusableException if the socket cannot be served there; nothing is left behind
     */
    public static KmsEndpoint start(KekkaiConfig.Kms config, DekService dek, TenantId tenant, String runtimeVersion)
            throws SocketUnusableException {
        return start(config, dek, tenant, runtimeVersion, PATIENCE);
    }

    static KmsEndpoint start(
            KekkaiConfig.Kms config, DekService dek, TenantId tenant, String runtimeVersion, Duration patience)
            throws SocketUnusableException {
        ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(
                1, Thread.ofPlatform().daemon().name("kms-deadlines").factory());
        DekCalls calls =
                new DekCalls(dek, new Caller(tenant, "unix:" + config.socket()), patience, new DeadlineWatch(timer));
        Serving serving = new Serving(
                List.of(
                        dev.kekkai.wire.kms.v2.KeyManagementServiceGrpc.bindService(new KmsV2Service(calls)),
                        dev.kekkai.wire.kms.v1beta1.KeyManagementServiceGrpc.bindService(
                                new KmsV1Service(calls, runtimeVersion))),
                List.of(new StatusLatch.ToCalls()),
                List.of(new StatusLatch.PerConnection()),
                ServerLimits.LOCAL);
        boolean started = false;
        try {
            UnixSocketServer server = UnixSocketServer.start(
                    new SocketPlace(config.socket(), config.socketMode(), config.socketGroup()), serving);
            started = true;
            return new KmsEndpoint(server, timer);
        } finally {
            if (!started) {
                timer.shutdownNow();
            }
        }
    }

    /** Where it listens. */
    public Path socket() {
        return server.path();
    }

    /** Removes the socket and ends what is under way; see {@link UnixSocketServer#close}. */
    @Override
    public void close() {
        server.close();
        timer.shutdownNow();
    }
}
