package dev.kekkai.uds;

import dev.kekkai.id.Actor;
import io.grpc.Attributes;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerTransportFilter;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.nio.NioChannelOption;
import io.netty.util.concurrent.FastThreadLocal;
import java.util.Optional;
import jdk.net.ExtendedSocketOptions;
import jdk.net.UnixDomainPrincipal;
import org.jspecify.annotations.Nullable;

/**
 * Who is at the other end of a connection, as the kernel noted it when he connected ({@code SO_PEERCRED}, unix(7)). Asked once a connection.
 *
 * <p>gRPC shows a transport filter no channel. But it asks the filters while the event loop of the connection gives it the client's first frame
 * (SETTINGS), so the filter finds on the same thread what the first handler of the pipeline put down before it passed that frame on.
 */
public final class Peer {
    private static final Attributes.Key<Actor> OF_CONNECTION = Attributes.Key.create("kekkai-peer");
    private static final Context.Key<Actor> OF_CALL = Context.key("kekkai-peer");

    private Peer() {}

    /** Of the connection that carries the current call, if the kernel said. */
    public static Optional<Actor> current() {
        return Optional.ofNullable(OF_CALL.get());
    }

    /** Stands first in the pipeline of a connection until the transport filters were asked. */
    static final class Asked extends ChannelInboundHandlerAdapter {
        private static final FastThreadLocal<Asked> READING = new FastThreadLocal<>();

        private final @Nullable Actor actor;
        private boolean told;

        Asked(Channel accepted) {
            this.actor = ask(accepted);
        }

        private static @Nullable Actor ask(Channel accepted) {
            UnixDomainPrincipal peer =
                    accepted.config().getOption(NioChannelOption.of(ExtendedSocketOptions.SO_PEERCRED));
            return peer == null
                    ? null
                    : new Actor.Socket(peer.user().getName(), peer.group().getName());
        }

        @Nullable
        Actor tell() {
            told = true;
            return actor;
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object read) {
            READING.set(this);
            try {
                context.fireChannelRead(read);
            } finally {
                READING.remove();
            }
            if (told && context.channel().isOpen()) {
                context.pipeline().remove(this);
            }
        }
    }

    /** Notes it with the connection. */
    static final class PerConnection extends ServerTransportFilter {
        @Override
        public Attributes transportReady(Attributes connection) {
            Asked asked = Asked.READING.get();
            Actor actor = asked == null ? null : asked.tell();
            return actor == null
                    ? connection
                    : connection.toBuilder().set(OF_CONNECTION, actor).build();
        }
    }

    /** Brings it to the connection's calls. */
    static final class ToCalls implements ServerInterceptor {
        @Override
        public <Q, R> ServerCall.Listener<Q> interceptCall(
                ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
            Context context =
                    Context.current().withValue(OF_CALL, call.getAttributes().get(OF_CONNECTION));
            return Contexts.interceptCall(context, call, headers, next);
        }
    }
}
