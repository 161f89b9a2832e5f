package dev.kekkai.uds;

import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.ssl.SslContext;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jboss.logging.Logger;

/** Serves gRPC over TLS on a TCP port, with the same threads, limits and silence as on a unix socket. */
public final class TlsServer implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(TlsServer.class);
    private static final int RESETS = 1000;
    private static final int RESET_WINDOW_SECONDS = 10;
    private static final Duration CUT_OFF = Duration.ofSeconds(1);
    private static final Duration FASTEST_PINGS = Duration.ofSeconds(10);
    private static final Duration PING_AFTER = Duration.ofSeconds(20);
    private static final Duration PING_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration HANDSHAKE = Duration.ofSeconds(10);

    private final InetSocketAddress address;
    private final ServerThreads threads;
    private final Server server;
    private final Duration grace;
    private final AtomicBoolean closed = new AtomicBoolean();

    @SuppressWarnings("unused") // held as long as this server serves
    private final FrameLogging frames = FrameLogging.forbidden();

    private TlsServer(String name, InetSocketAddress address, SslContext tls, Serving serving, ConnectionAge age) {
        this.address = address;
        this.grace = serving.limits().shutdownGrace();
        this.threads = new ServerThreads(name, serving.limits());
        this.server = build(address, tls, serving, age, threads);
    }

    /**
     * How long a connection lives.
     *
     * @param most after it, clients are sent to make a new one
     * @param grace for what is under way then
     * @param idle after it, one on which nothing is under way is ended
     */
    public record ConnectionAge(Duration most, Duration grace, Duration idle) {}

    /**
     * Binds; when this returns, clients are answered.
     *
     * @param name of the threads
     * @param address literal; port 0 takes any free one
     * @throws IOException if it cannot be bound; nothing is left behind
     */
    public static TlsServer start(
            String name, InetSocketAddress address, SslContext tls, Serving serving, ConnectionAge age)
            throws IOException {
        TlsServer server = new TlsServer(name, address, tls, serving, age);
        boolean started = false;
        try {
            server.server.start();
            started = true;
            LOG.infof("Listening on %s (%s)", server.where(), name);
            return server;
        } finally {
            if (!started) {
                server.close();
            }
        }
    }

    private static Server build(
            InetSocketAddress address, SslContext tls, Serving serving, ConnectionAge age, ServerThreads threads) {
        ServerLimits limits = serving.limits();
        NettyServerBuilder builder = NettyServerBuilder.forAddress(address)
                .channelFactory(() -> {
                    NioServerSocketChannel channel = new NioServerSocketChannel();
                    channel.pipeline().addLast(new ConnectionLimit(address.toString(), limits.connections()));
                    return channel;
                })
                .sslContext(tls)
                .handshakeTimeout(HANDSHAKE.toSeconds(), TimeUnit.SECONDS)
                .maxConnectionAge(age.most().toSeconds(), TimeUnit.SECONDS)
                .maxConnectionAgeGrace(age.grace().toSeconds(), TimeUnit.SECONDS)
                .maxConnectionIdle(age.idle().toMillis(), TimeUnit.MILLISECONDS)
                .keepAliveTime(PING_AFTER.toSeconds(), TimeUnit.SECONDS)
                .keepAliveTimeout(PING_TIMEOUT.toSeconds(), TimeUnit.SECONDS);
        common(builder, serving, threads);
        return builder.build();
    }

    /** What both kinds of listener have in common. */
    static void common(NettyServerBuilder builder, Serving serving, ServerThreads threads) {
        ServerLimits limits = serving.limits();
        builder.bossEventLoopGroup(threads.boss())
                .workerEventLoopGroup(threads.workers())
                .executor(threads.handlers())
                .maxInboundMessageSize(limits.messageBytes())
                .maxInboundMetadataSize(limits.metadataBytes())
                .maxConcurrentCallsPerConnection(limits.callsPerConnection())
                .maxRstFramesPerWindow(RESETS, RESET_WINDOW_SECONDS)
                .permitKeepAliveTime(FASTEST_PINGS.toSeconds(), TimeUnit.SECONDS)
                .permitKeepAliveWithoutCalls(true);
        serving.services().forEach(builder::addService);
        serving.filters().forEach(builder::addTransportFilter);
        // gRPC calls the interceptor that was added last first.
        serving.interceptors().reversed().forEach(builder::intercept);
        builder.intercept(new CallLimit(limits.callsAtOnce()));
    }

    /** The port that it listens on. */
    public int port() {
        return server.getPort();
    }

    private String where() {
        return address.getAddress().getHostAddress() + ":" + port();
    }

    /** Takes no more connections, lets calls end within the grace, then ends all threads. */
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        server.shutdown();
        try {
            if (!server.awaitTermination(grace.toNanos(), TimeUnit.NANOSECONDS)) {
                server.shutdownNow();
                server.awaitTermination(CUT_OFF.toNanos(), TimeUnit.NANOSECONDS);
            }
        } catch (InterruptedException e) {
            server.shutdownNow();
            Thread.currentThread().interrupt();
        }
        threads.close();
    }
}
