package dev.kekkai.kms;

import dev.kekkai.id.KeyId;
import io.grpc.Attributes;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerTransportFilter;
import org.jspecify.annotations.Nullable;

/**
 * The {@code key_id} that one connection was last told by Status. kube-apiserver refuses an Encrypt whose {@code key_id} differs from it, so
 * a key change in between must not show in the answer. An apiserver keeps one connection per provider; another client's Status is not its own.
 */
final class StatusLatch {
    private static final Attributes.Key<StatusLatch> OF_CONNECTION = Attributes.Key.create("kekkai-status-latch");
    private static final Context.Key<StatusLatch> OF_CALL = Context.key("kekkai-status-latch");

    private volatile @Nullable KeyId told;

    private StatusLatch() {}

    /** The latch of the connection that carries the current call. */
    static StatusLatch current() {
        StatusLatch latch = OF_CALL.get();
        if (latch == null) {
            throw new IllegalStateException("served without the latch's interceptor and transport filter");
        }
        return latch;
    }

    /** What Status last told on this connection, or null if it was not asked. */
    @Nullable
    KeyId told() {
        return told;
    }

    void tell(KeyId keyId) {
        told = keyId;
    }

    /** Gives each connection a latch of its own. */
    static final class PerConnection extends ServerTransportFilter {
        @Override
        public Attributes transportReady(Attributes connection) {
            return connection.toBuilder().set(OF_CONNECTION, new StatusLatch()).build();
        }
    }

    /** Brings the connection's latch to its calls. */
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
