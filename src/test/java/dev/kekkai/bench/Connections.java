package dev.kekkai.bench;

import dev.kekkai.uds.UnixSocketChannel;
import dev.kekkai.wire.kms.v2.KeyManagementServiceGrpc;
import dev.kekkai.wire.kms.v2.StatusRequest;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.nio.NioDomainSocketChannel;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Connections to one server, all on one thread, so that the client takes no more of the machine than it must. Each has asked Status, as apiservers do. */
final class Connections implements AutoCloseable {
    private static final long STATUS_SECONDS = 10;
    private static final long END_SECONDS = 5;

    private final EventLoopGroup eventLoop = new NioEventLoopGroup(1);
    private final List<ManagedChannel> channels;

    Connections(Path socket, int count) {
        channels = Stream.generate(() -> connect(socket)).limit(count).toList();
        for (ManagedChannel channel : channels) {
            KeyManagementServiceGrpc.newBlockingStub(channel)
                    .withDeadlineAfter(STATUS_SECONDS, TimeUnit.SECONDS)
                    .status(StatusRequest.getDefaultInstance());
        }
    }

    private ManagedChannel connect(Path socket) {
        return NettyChannelBuilder.forAddress(UnixDomainSocketAddress.of(socket))
                .channelFactory(NioDomainSocketChannel::new)
                .eventLoopGroup(eventLoop)
                .directExecutor()
                .usePlaintext()
                .overrideAuthority(UnixSocketChannel.LOCALHOST)
                .build();
    }

    /** The calls of an API over each connection. */
    List<KmsCalls> calls(Load.Api api) {
        return channels.stream().map(channel -> KmsCalls.of(api, channel)).toList();
    }

    @Override
    public void close() {
        channels.forEach(ManagedChannel::shutdownNow);
        eventLoop
                .shutdownGracefully(0, END_SECONDS, TimeUnit.SECONDS)
                .awaitUninterruptibly(END_SECONDS, TimeUnit.SECONDS);
    }
}
