package dev.kekkai.agent;

import dev.kekkai.config.KekkaiConfig.Gateway;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.IdentityCipherSuiteFilter;
import io.netty.handler.ssl.JdkSslContext;
import io.netty.handler.ssl.SslContext;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;

/**
 * Channels to gateways: TLS 1.3 alone, by the JDK, each with a context of its own, so that no session is ever resumed. One connection a
 * channel. No proxy is asked: what stands in between may pass packets on, and nothing else.
 */
final class Network implements AutoCloseable {
    private static final String TLS = "TLSv1.3";
    private static final String HTTP2 = "h2";
    private static final int MESSAGE_BYTES = 8 * 1024 * 1024;
    private static final long ALIVE_SECONDS = 10;
    private static final long ALIVE_ANSWER_SECONDS = 5;
    private static final int CALLBACKS = 1024;
    private static final int THREADS = 2;
    private static final long END_SECONDS = 2;

    private final NodeKey key;
    private final ServerRoots roots;
    private final EventLoopGroup eventLoop = new NioEventLoopGroup(1, new DefaultThreadFactory("agent-io", true));
    /** gRPC has at most one task for each channel and each stream waiting, and there are a few of either. */
    private final ThreadPoolExecutor callbacks = new ThreadPoolExecutor(
            THREADS,
            THREADS,
            1,
            TimeUnit.MINUTES,
            new ArrayBlockingQueue<>(CALLBACKS),
            new DefaultThreadFactory("agent-call", true));

    Network(NodeKey key, ServerRoots roots) {
        this.key = key;
        this.roots = roots;
    }

    /** To the port that attests, with the key alone. Nothing is connected yet. */
    ManagedChannel toAttest(Gateway gateway) {
        return channel(gateway.host(), gateway.attestPort(), List.of(key.selfSigned()));
    }

    /** To the port that serves. Nothing is connected yet. */
    ManagedChannel toServe(Gateway gateway, List<X509Certificate> nodeCertificate) {
        return channel(gateway.host(), gateway.servicePort(), nodeCertificate);
    }

    private ManagedChannel channel(String host, int port, List<X509Certificate> shown) {
        return NettyChannelBuilder.forAddress(host, port)
                .channelType(NioSocketChannel.class)
                .eventLoopGroup(eventLoop)
                .executor(callbacks)
                .offloadExecutor(callbacks)
                .sslContext(tls(shown))
                .proxyDetector(target -> null)
                .disableRetry()
                .disableServiceConfigLookUp()
                .maxInboundMessageSize(MESSAGE_BYTES)
                .keepAliveTime(ALIVE_SECONDS, TimeUnit.SECONDS)
                .keepAliveTimeout(ALIVE_ANSWER_SECONDS, TimeUnit.SECONDS)
                .build();
    }

    private SslContext tls(List<X509Certificate> shown) {
        try {
            SSLContext context = SSLContext.getInstance(TLS);
            context.init(new KeyManager[] {new OneKey(key.privateKey(), shown)}, new TrustManager[] {roots}, null);
            return new JdkSslContext(
                    context,
                    true,
                    null,
                    IdentityCipherSuiteFilter.INSTANCE,
                    new ApplicationProtocolConfig(
                            Protocol.ALPN,
                            SelectorFailureBehavior.NO_ADVERTISE,
                            SelectedListenerFailureBehavior.ACCEPT,
                            HTTP2),
                    ClientAuth.NONE,
                    new String[] {TLS},
                    false);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform of ours speaks " + TLS, e);
        }
    }

    @Override
    public void close() {
        eventLoop
                .shutdownGracefully(0, END_SECONDS, TimeUnit.SECONDS)
                .awaitUninterruptibly(END_SECONDS, TimeUnit.SECONDS);
        callbacks.shutdown();
    }
}
