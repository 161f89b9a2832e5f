package dev.kekkai.testing.apiserver;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ClientInterceptors;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.nio.NioDomainSocketChannel;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * One connection as an apiserver opens it: its {@code :authority}, calls that wait for a plugin that is down until their own timeout of
 * 3 s, gzip offered (grpc-java does so by itself), and {@code hasleader: true} leaking into Decrypt.
 */
final class ApiserverWire implements AutoCloseable {
    private static final Duration TIMEOUT = Duration.ofSeconds(3);
    private static final Metadata.Key<String> STRAY = Metadata.Key.of("hasleader", Metadata.ASCII_STRING_MARSHALLER);

    private final NioEventLoopGroup eventLoop = new NioEventLoopGroup(1);
    private final ManagedChannel connection;
    private final Channel channel;

    ApiserverWire(Path socket, Authority authority) {
        connection = NettyChannelBuilder.forAddress(UnixDomainSocketAddress.of(socket))
                .channelFactory(NioDomainSocketChannel::new)
                .eventLoopGroup(eventLoop)
                .usePlaintext()
                .build();
        channel = ClientInterceptors.intercept(connection, new AsApiserver(authority.of(socket)));
    }

    /** For stubs. */
    Channel channel() {
        return channel;
    }

    @Override
    public void close() {
        connection.shutdownNow();
        eventLoop.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
    }

    private record AsApiserver(String authority) implements ClientInterceptor {
        @Override
        public <Q, R> ClientCall<Q, R> interceptCall(MethodDescriptor<Q, R> method, CallOptions options, Channel next) {
            CallOptions own = options.withAuthority(authority)
                    .withWaitForReady()
                    .withDeadlineAfter(TIMEOUT.toNanos(), TimeUnit.NANOSECONDS);
            return new SimpleForwardingClientCall<>(next.newCall(method, own)) {
                @Override
                public void start(Listener<R> listener, Metadata headers) {
                    if ("Decrypt".equals(method.getBareMethodName())) {
                        headers.put(STRAY, "true");
                    }
                    super.start(listener, headers);
                }
            };
        }
    }
}
