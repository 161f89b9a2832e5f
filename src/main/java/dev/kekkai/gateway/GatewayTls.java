package dev.kekkai.gateway;

import dev.kekkai.identity.ServerIdentity;
import io.grpc.netty.GrpcSslContexts;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.time.Duration;
import javax.net.ssl.SSLException;

/** TLS 1.3 of the JDK, with a client's certificate demanded, and nothing that a connection could be resumed by. */
final class GatewayTls {
    /** RFC 8446 §4.6.1 bounds tickets to seven days, and the JDK sends none where sessions are to live longer than that. */
    private static final Duration TOO_LONG_FOR_A_TICKET = Duration.ofDays(7).plusSeconds(1);

    private GatewayTls() {}

    /** What both ports have in common, with another idea of whom to take. */
    static SslContext taking(ClientTrust clients, ServerIdentity identity) throws SSLException {
        return GrpcSslContexts.configure(SslContextBuilder.forServer(identity), SslProvider.JDK)
                .trustManager(clients)
                .clientAuth(ClientAuth.REQUIRE)
                .protocols("TLSv1.3")
                .sessionTimeout(TOO_LONG_FOR_A_TICKET.toSeconds())
                .build();
    }
}
