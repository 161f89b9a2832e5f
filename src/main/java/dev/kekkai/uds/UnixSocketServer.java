package dev.kekkai.uds;

import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jboss.logging.Logger;

/**
 * Serves gRPC on a unix socket, from the moment it accepts to the moment it is removed.
 *
 * <p>Relies on what was measured of Netty 4.1 and grpc-java 1.79 (FACTS.md §2): grpc's own Netty server takes all three forms of
 * {@code :authority} that apiservers send, which Vert.x' does not; {@code channelFactory} with {@link NioServerDomainSocketChannel} needs neither
 * a native library nor reflection; Netty unlinks the path that it <em>bound</em> when the channel closes, also after a failed start.
 * That path is the staging one, gone since the move; so the final path is ours alone to remove, and is removed only if device and
 * inode are still those published, while the socket still listens and so pins its inode.
 */
public final class UnixSocketServer implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(UnixSocketServer.class);
    private static final Duration CUT_OFF = Duration.ofSeconds(1);

    private final SocketPlace place;
    private final StagedSocket files;
    private final ServerThreads threads;
    private final Server server;
    private final Duration grace;
    private final AtomicBoolean closed = new AtomicBoolean();

    @SuppressWarnings("unused") // held as long as this server serves
    private final FrameLogging frames = FrameLogging.forbidden();

    private UnixSocketServer(SocketPlace place, StagedSocket files, Serving serving) {
        this.place = place;
        this.files = files;
        this.grace = serving.limits().shutdownGrace();
        this.threads = new ServerThreads("uds-" + place.path().getFileName(), serving.limits());
        this.server = build(place, serving, threads);
    }

    /**
     * Binds, sets group and mode, and puts the socket in place; when this returns, clients are answered.
     *
     * <p>A missing parent folder is made with mode 0750. Beside the socket, {@code NAME.lock} stays behind, and {@code .NAME} exists while starting.
     *
     * @throws SocketUnusableException if the path cannot be used: wrong in itself, taken, not writable, in an unsafe folder; all is cleared away again
     */
    public static UnixSocketServer start(SocketPlace place, Serving serving) throws SocketUnusableException {
        UnixSocketServer server = new UnixSocketServer(place, StagedSocket.prepare(place), serving);
        boolean started = false;
        try {
            server.bindAndPublish();
            started = true;
            return server;
        } finally {
            if (!started) {
                server.close();
            }
        }
    }

    private static Server build(SocketPlace place, Serving serving, ServerThreads threads) {
        ServerLimits limits = serving.limits();
        NettyServerBuilder builder = NettyServerBuilder.forAddress(UnixDomainSocketAddress.of(place.stagedPath()))
                .channelFactory(() -> {
                    NioServerDomainSocketChannel channel = new NioServerDomainSocketChannel();
                    channel.pipeline().addLast(new ConnectionLimit(place.path().toString(), limits.connections()));
                    return channel;
                });
        builder.addTransportFilter(new Peer.PerConnection());
        TlsServer.common(builder, serving, threads);
        builder.intercept(new Peer.ToCalls());
        return builder.build();
    }

    private void bindAndPublish() throws SocketUnusableException {
        try {
            server.start();
        } catch (IOException e) {
            throw new SocketUnusableException(
                    "socket " + place.path() + ": it cannot be bound in " + place.stagingFolder()
                            + "; check that folder's file system",
                    e);
        }
        files.publish();
        LOG.infof("Listening on unix socket %s", place.path());
    }

    /** Where it listens. */
    public Path path() {
        return place.path();
    }

    /** Removes the socket if it is still ours, lets calls end within the grace, then ends all threads and gives up the lock. */
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        files.withdraw();
        endCalls();
        threads.close();
        files.close();
    }

    private void endCalls() {
        server.shutdown();
        try {
            if (!server.awaitTermination(grace.toNanos(), TimeUnit.NANOSECONDS)) {
                LOG.warnf("Calls on %s did not end within %d ms and are cut off", place.path(), grace.toMillis());
                server.shutdownNow();
                server.awaitTermination(CUT_OFF.toNanos(), TimeUnit.NANOSECONDS);
            }
        } catch (InterruptedException e) {
            server.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }
}
