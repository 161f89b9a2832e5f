package dev.kekkai.uds;

import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.nio.NioDomainSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** A gRPC client's channel to a unix socket, with an event loop of its own that ends with it. Connects at the first call. */
public final class UnixSocketChannel implements AutoCloseable {
    /** What kube-apiserver sends to a KMS v2 plugin as {@code :authority}. */
    public static final String LOCALHOST = "localhost";

    private static final int MESSAGE_BYTES = 4 * 1024 * 1024;
    private static final long END_SECONDS = 2;

    private final EventLoopGroup eventLoop;
    private final ManagedChannel channel;

    private UnixSocketChannel(Path socket, String authority) {
        eventLoop = new NioEventLoopGroup(1, new DefaultThreadFactory("uds-client", true));
        channel = NettyChannelBuilder.forAddress(UnixDomainSocketAddress.of(socket))
                .channelFactory(NioDomainSocketChannel::new)
                .eventLoopGroup(eventLoop)
                .directExecutor()
                .usePlaintext()
                .maxInboundMessageSize(MESSAGE_BYTES)
                .overrideAuthority(authority)
                .build();
    }

    /**
     * Opens a channel; nothing is connected yet.
     *
     * @param socket path of the socket
     * @param authority sent as {@code :authority}, in the form of RFC 3986 §3.2
     */
    public static UnixSocketChannel open(Path socket, String authority) {
        return new UnixSocketChannel(socket, authority);
    }

    /** For stubs. Callbacks of asynchronous ones run on the event loop and must not block; blocking stubs may be used from any other thread. */
    public ManagedChannel channel() {
        return channel;
    }

    /** Cuts off what is under way and ends the event loop. */
    @Override
    public void close() {
        channel.shutdownNow();
        eventLoop
                .shutdownGracefully(0, END_SECONDS, TimeUnit.SECONDS)
                .awaitUninterruptibly(END_SECONDS, TimeUnit.SECONDS);
    }
}
