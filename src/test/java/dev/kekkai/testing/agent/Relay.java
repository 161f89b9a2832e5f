package dev.kekkai.testing.agent;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.kekkai.testing.gateway.TlsKey;
import dev.kekkai.tpm.structure.HashAlg;
import dev.kekkai.wire.gateway.v1.AttestationGrpc;
import dev.kekkai.wire.gateway.v1.FromGateway;
import dev.kekkai.wire.gateway.v1.FromNode;
import dev.kekkai.wire.gateway.v1.Init;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Stands in the middle of an agent and the attest port of a gateway, with a TLS connection of its own to each. It passes on what either says, but for
 * the claim, into which it writes its own TLS key: for otherwise it ends there.
 */
public final class Relay implements AutoCloseable {
    private final AtomicInteger claims = new AtomicInteger();
    private final TlsKey own = TlsKey.fresh();
    private final ManagedChannel toGateway;
    private final Server server;

    private Relay(PrivateKey key, X509Certificate certificate, int gateway, List<X509Certificate> roots)
            throws Exception {
        toGateway = own.channel(gateway, roots);
        server = TlsServer.start(0, key, certificate, TlsServer.anybody(), new Passing().bindService());
    }

    /**
     * Starts one on a free port of loopback.
     *
     * @param key that it shows agents, with its certificate
     * @param gateway attest port of the true one
     * @param roots of the true one
     */
    public static Relay start(PrivateKey key, X509Certificate certificate, int gateway, List<X509Certificate> roots)
            throws Exception {
        return new Relay(key, certificate, gateway, roots);
    }

    public int port() {
        return server.getPort();
    }

    /** How many claims agents have made to it. */
    public int claims() {
        return claims.get();
    }

    private final class Passing extends AttestationGrpc.AttestationImplBase {
        @Override
        public StreamObserver<FromNode> attest(StreamObserver<FromGateway> toNode) {
            StreamObserver<FromNode> gateway =
                    AttestationGrpc.newStub(toGateway).attest(passing(toNode));
            return new StreamObserver<>() {
                @Override
                public void onNext(FromNode message) {
                    gateway.onNext(message.hasInit() ? withOwnKey(message) : message);
                }

                @Override
                public void onError(Throwable failure) {
                    gateway.onError(failure);
                }

                @Override
                public void onCompleted() {
                    gateway.onCompleted();
                }
            };
        }
    }

    private static StreamObserver<FromGateway> passing(StreamObserver<FromGateway> toNode) {
        return new StreamObserver<>() {
            @Override
            public void onNext(FromGateway message) {
                toNode.onNext(message);
            }

            @Override
            public void onError(Throwable failure) {
                toNode.onError(Status.fromThrowable(failure).asRuntimeException(Status.trailersFromThrowable(failure)));
            }

            @Override
            public void onCompleted() {
                toNode.onCompleted();
            }
        };
    }

    private FromNode withOwnKey(FromNode message) {
        claims.incrementAndGet();
        try {
            byte[] spki = own.pair().getPublic().getEncoded();
            return FromNode.newBuilder()
                    .setInit(Init.parseFrom(message.getInit()).toBuilder()
                            .setTlsKey(ByteString.copyFrom(HashAlg.SHA256.digest(spki)))
                            .build()
                            .toByteString())
                    .build();
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("an agent said what is no claim", e);
        }
    }

    @Override
    public void close() {
        server.shutdownNow();
        toGateway.shutdownNow();
    }
}
