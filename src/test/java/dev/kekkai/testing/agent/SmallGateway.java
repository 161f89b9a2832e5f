package dev.kekkai.testing.agent;

import dev.kekkai.config.KekkaiConfig;
import dev.kekkai.wire.gateway.v1.AttestationGrpc;
import dev.kekkai.wire.gateway.v1.FromAgent;
import dev.kekkai.wire.gateway.v1.FromGateway;
import dev.kekkai.wire.gateway.v1.FromNode;
import dev.kekkai.wire.gateway.v1.GatewayGrpc;
import dev.kekkai.wire.gateway.v1.StatusUpdate;
import dev.kekkai.wire.gateway.v1.ToAgent;
import io.grpc.Server;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;

/** One gateway of a {@link SmallFleet}, on two ports of its own, to be killed, drained and left behind. */
public final class SmallGateway implements AutoCloseable {
    /** Valid as long as certificates can be. */
    private static final String[] ALWAYS = {"20200101000000Z", "99991231235959Z"};

    /** Messages with calls that came, and the calls in them. */
    public final AtomicInteger messages = new AtomicInteger();

    public final AtomicInteger calls = new AtomicInteger();

    /** Serve streams that were opened. */
    public final AtomicInteger streams = new AtomicInteger();

    /** Calls are begun when this is done. */
    public volatile CompletableFuture<Void> gate = CompletableFuture.completedFuture(null);

    private final SmallFleet fleet;
    private final X509Certificate certificate;
    private final Server attest;
    private final Server service;
    private final KekkaiConfig.Gateway address;
    private final List<ServeStream> open = new CopyOnWriteArrayList<>();
    private volatile UnaryOperator<StatusUpdate> tells = status -> status;

    private SmallGateway(SmallFleet fleet, Optional<KekkaiConfig.Gateway> where, String host, String from, String until)
            throws GeneralSecurityException, IOException {
        this.fleet = fleet;
        KeyPair key = SmallFleet.key();
        certificate = fleet.server(key.getPublic(), host, from, until);
        attest = TlsServer.start(
                where.map(KekkaiConfig.Gateway::attestPort).orElse(0),
                key.getPrivate(),
                certificate,
                TlsServer.anybody(),
                AttestationGrpc.bindService(new Attests()));
        service = TlsServer.start(
                where.map(KekkaiConfig.Gateway::servicePort).orElse(0),
                key.getPrivate(),
                certificate,
                TlsServer.issuedBy(fleet.clientCa()),
                GatewayGrpc.bindService(new Serves()));
        address = new KekkaiConfig.Gateway("localhost", service.getPort(), attest.getPort());
    }

    public static SmallGateway start(SmallFleet fleet) throws GeneralSecurityException, IOException {
        return new SmallGateway(fleet, Optional.empty(), "localhost", ALWAYS[0], ALWAYS[1]);
    }

    /** At the ports of one that was closed. */
    public static SmallGateway restart(SmallFleet fleet, KekkaiConfig.Gateway where)
            throws GeneralSecurityException, IOException {
        return new SmallGateway(fleet, Optional.of(where), "localhost", ALWAYS[0], ALWAYS[1]);
    }

    /** With a certificate for another host. */
    public static SmallGateway calledOtherwise(SmallFleet fleet, String host)
            throws GeneralSecurityException, IOException {
        return new SmallGateway(fleet, Optional.empty(), host, ALWAYS[0], ALWAYS[1]);
    }

    /** With a certificate that is valid between these generalized times. */
    public static SmallGateway valid(SmallFleet fleet, String from, String until)
            throws GeneralSecurityException, IOException {
        return new SmallGateway(fleet, Optional.empty(), "localhost", from, until);
    }

    public KekkaiConfig.Gateway address() {
        return address;
    }

    /** From now on tells this instead of the truth. */
    public void tell(UnaryOperator<StatusUpdate> change) {
        tells = change;
        tellStatus();
    }

    /** Tells all agents how things stand. */
    public void tellStatus() {
        open.forEach(ServeStream::tellStatus);
    }

    StatusUpdate status() {
        return tells.apply(ServeStream.truth(fleet));
    }

    /** Says that it is about to end, and goes on answering. */
    public void drain() {
        tell(status -> status.toBuilder().setDraining(true).build());
    }

    /** Streams that are open. */
    public int agents() {
        return open.size();
    }

    /** As SIGKILL does: connections break, whatever is under way. */
    public void kill() throws InterruptedException {
        attest.shutdownNow();
        service.shutdownNow();
        service.awaitTermination(10, TimeUnit.SECONDS);
        attest.awaitTermination(10, TimeUnit.SECONDS);
    }

    @Override
    public void close() {
        try {
            kill();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private final class Attests implements AttestationGrpc.AsyncService {
        @Override
        public StreamObserver<FromNode> attest(StreamObserver<FromGateway> out) {
            return new NodeStream(fleet, certificate, false, out);
        }
    }

    private final class Serves implements GatewayGrpc.AsyncService {
        @Override
        public StreamObserver<FromNode> renew(StreamObserver<FromGateway> out) {
            return new NodeStream(fleet, certificate, true, out);
        }

        @Override
        public StreamObserver<FromAgent> serve(StreamObserver<ToAgent> out) {
            streams.incrementAndGet();
            ServeStream stream = new ServeStream(fleet, SmallGateway.this, out, open::remove);
            open.add(stream);
            return stream;
        }
    }
}
