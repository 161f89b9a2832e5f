package dev.kekkai.gateway;

import io.grpc.Attributes;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerTransportFilter;
import io.grpc.Status;
import java.net.SocketAddress;
import java.time.InstantSource;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSession;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Brings each call who is at the other end of its connection. */
final class Peers {
    private static final Logger LOG = Logger.getLogger(Peers.class);
    private static final Attributes.Key<Peer> OF_CONNECTION = Attributes.Key.create("kekkai-peer");
    private static final Context.Key<Peer> OF_CALL = Context.key("kekkai-peer");

    private Peers() {}

    /** Who makes the current call. */
    static Peer current() {
        Peer peer = OF_CALL.get();
        if (peer == null) {
            throw new IllegalStateException("served without the interceptor and the transport filter");
        }
        return peer;
    }

    /** Looks at each connection once, when it is made. */
    static final class PerConnection extends ServerTransportFilter {
        private final InstantSource clock;

        PerConnection(InstantSource clock) {
            this.clock = clock;
        }

        @Override
        public Attributes transportReady(Attributes connection) {
            @Nullable SSLSession session = connection.get(Grpc.TRANSPORT_ATTR_SSL_SESSION);
            @Nullable SocketAddress remote = connection.get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR);
            if (session == null || remote == null) {
                return connection;
            }
            try {
                return connection.toBuilder()
                        .set(OF_CONNECTION, Peer.of(session, remote, clock))
                        .build();
            } catch (SSLException e) {
                LOG.warnf("A connection from %s is good for nothing: %s", remote, e.getMessage());
                return connection;
            }
        }
    }

    /** Ends calls of connections that nothing is known of. */
    static final class ToCalls implements ServerInterceptor {
        @Override
        public <Q, R> ServerCall.Listener<Q> interceptCall(
                ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
            Peer peer = call.getAttributes().get(OF_CONNECTION);
            if (peer == null) {
                call.close(
                        Status.UNAUTHENTICATED.withDescription("this connection is not TLS 1.3 with certificates"),
                        new Metadata());
                return new ServerCall.Listener<>() {};
            }
            return Contexts.interceptCall(Context.current().withValue(OF_CALL, peer), call, headers, next);
        }
    }
}
