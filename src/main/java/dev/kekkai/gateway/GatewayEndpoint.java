package dev.kekkai.gateway;

import dev.kekkai.attestation.ProtocolVersion;
import dev.kekkai.attestation.eventlog.EventLog;
import dev.kekkai.audit.AuditTrail;
import dev.kekkai.dek.DekService;
import dev.kekkai.fleet.Fleet;
import dev.kekkai.id.TenantId;
import dev.kekkai.identity.NodeCertificates;
import dev.kekkai.identity.ServerIdentity;
import dev.kekkai.identity.ServerRoots;
import dev.kekkai.uds.ServerLimits;
import dev.kekkai.uds.Serving;
import dev.kekkai.uds.TlsServer;
import dev.kekkai.wire.gateway.v1.AttestationGrpc;
import dev.kekkai.wire.gateway.v1.GatewayGrpc;
import io.grpc.ServerServiceDefinition;
import io.netty.handler.ssl.SslContext;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** Both ports, from start to close. */
public final class GatewayEndpoint implements AutoCloseable {
    private static final int METADATA_BYTES = 8 * 1024;
    private static final int MESSAGE_BYTES = EventLog.MAX_BYTES + Opening.MOST_BYTES;
    private static final int CALLS_PER_CONNECTION = 4;
    private static final int HANDLERS = 4;
    private static final int JUDGES = 4;
    static final int PLACES_PER_NODE = 4;
    private static final Duration ATTEST_IDLE = Duration.ofSeconds(5);
    private static final Duration SERVICE_IDLE = Duration.ofMinutes(1);
    /** One that waits, one that is enrolled, one that has just been told to make room. */
    private static final int CALLS_PER_PLACE = 3;

    private final ClockRecovery clock;
    private final Told told;
    private final Streams streams;
    private final TlsServer attest;
    private final TlsServer service;
    private final Deque<Runnable> ends;
    private final Duration drain;

    private GatewayEndpoint(
            ClockRecovery clock,
            Told told,
            Streams streams,
            TlsServer attest,
            TlsServer service,
            Deque<Runnable> ends,
            Duration drain) {
        this.clock = clock;
        this.told = told;
        this.streams = streams;
        this.attest = attest;
        this.service = service;
        this.ends = ends;
        this.drain = drain;
    }

    /**
     * What the gateway stands on. Nothing of it is closed with the endpoint.
     *
     * @param trust whose word about EKs a tenant takes
     * @param name of this gateway, as nodes' records have it
     */
    public record Ground(
            Fleet fleet,
            DekService dek,
            AuditTrail audit,
            NodeCertificates certificates,
            ServerRoots roots,
            ServerIdentity identity,
            Function<TenantId, TenantTrust> trust,
            InstantSource clock,
            String name) {}

    /** Where it listens. */
    public record Ports(InetSocketAddress attest, InetSocketAddress service) {}

    /**
     * Opens both ports; when this returns, nodes are answered.
     *
     * @throws IOException if a port cannot be opened; then neither is
     */
    public static GatewayEndpoint start(Ground ground, Ports ports, GatewayLimits limits) throws IOException {
        return start(ground, ports, limits, ProtocolVersion.CURRENT);
    }

    /**
     * As a gateway of another build.
     *
     * @param protocol what it speaks
     */
    public static GatewayEndpoint start(Ground ground, Ports ports, GatewayLimits limits, ProtocolVersion protocol)
            throws IOException {
        Deque<Runnable> ends = new ArrayDeque<>();
        boolean started = false;
        try {
            ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(
                    1, Thread.ofPlatform().daemon().name("gateway-timer").factory());
            timer.setRemoveOnCancelPolicy(true);
            ends.push(timer::shutdownNow);
            ThreadPoolExecutor judges = judges("gateway-judge-", limits);
            ends.push(judges::shutdownNow);
            ThreadPoolExecutor renewers = judges("gateway-renewal-", limits);
            ends.push(renewers::shutdownNow);

            SerialWatch serials = new SerialWatch(ground.fleet());
            ClockWatch clock = new ClockWatch(ground.clock());
            PolicyWatch policies = new PolicyWatch(limits.policyGrace(), clock::now);
            Sightings sightings = new Sightings(ground.fleet(), ground.name());
            Gate gate = new Gate(ground.fleet(), clock, policies, sightings);
            Register register = new Register(ground.audit(), renewers);
            Told told = new Told(ground.fleet(), ground.dek(), serials, ground.roots(), clock, protocol);
            Reception reception = new Reception(
                    ground.fleet(),
                    ground.trust(),
                    gate,
                    sightings,
                    serials,
                    clock,
                    new Challenges(new SecureRandom(), protocol),
                    register,
                    limits.challenge());
            Admitting admitting = new Admitting(
                    ground.fleet(), sightings, serials, ground.certificates(), told, clock, register, ground.name());
            AttestStream.Steps attesting = new AttestStream.Steps(
                    reception,
                    admitting,
                    register,
                    new Places(limits.attestations(), limits.attestationsPerSource(), limits.attestationsPerSource()),
                    new Places(limits.attestations(), PLACES_PER_NODE, limits.attestationsPerSource()),
                    judges,
                    timer,
                    limits.challenge().toMillis());
            Places renewals = new Places(limits.attestations(), PLACES_PER_NODE, limits.attestations());
            AttestStream.Steps renewal = new AttestStream.Steps(
                    reception,
                    admitting,
                    register,
                    renewals,
                    renewals,
                    renewers,
                    timer,
                    limits.challenge().toMillis());
            Streams streams = new Streams(new ServeStream.Desk(
                    gate,
                    new Calls(ground.dek(), serials),
                    told,
                    serials,
                    register,
                    new Shares(limits.inFlight()),
                    limits.inFlight()));
            streams.lookAfter(timer);
            ClockRecovery recovery = new ClockRecovery(
                    clock,
                    now -> {
                        ground.fleet().afresh(now);
                        ground.identity().renewNow();
                        sightings.clockSet(now);
                    },
                    System::nanoTime);
            ScheduledThreadPoolExecutor recovering = new ScheduledThreadPoolExecutor(
                    1, Thread.ofPlatform().daemon().name("gateway-clock").factory());
            ends.push(recovering::shutdownNow);
            recovery.lookAfter(recovering);

            TlsServer service = TlsServer.start(
                    "gateway-service",
                    ports.service(),
                    GatewayTls.taking(
                            new CertifiedNode(ground.certificates().authority().certificate()), ground.identity()),
                    serving(
                            GatewayGrpc.bindService(new Service(renewal, streams)),
                            ground.clock(),
                            limits,
                            limits.connections() * CALLS_PER_CONNECTION),
                    new TlsServer.ConnectionAge(limits.connectionAge(), limits.ageGrace(), SERVICE_IDLE));
            ends.push(service::close);
            SslContext anybody = GatewayTls.taking(new AnyNode(), ground.identity());
            TlsServer attest = TlsServer.start(
                    "gateway-attest",
                    ports.attest(),
                    anybody,
                    serving(
                            AttestationGrpc.bindService(new Attestations(attesting)),
                            ground.clock(),
                            limits,
                            CALLS_PER_PLACE * limits.attestations()),
                    new TlsServer.ConnectionAge(limits.attestAge(), limits.ageGrace(), ATTEST_IDLE));
            ends.push(attest::close);
            started = true;
            return new GatewayEndpoint(recovery, told, streams, attest, service, ends, limits.drain());
        } finally {
            if (!started) {
                ends.forEach(Runnable::run);
            }
        }
    }

    private static ThreadPoolExecutor judges(String name, GatewayLimits limits) {
        ThreadPoolExecutor judges = new ThreadPoolExecutor(
                JUDGES,
                JUDGES,
                1,
                TimeUnit.MINUTES,
                new ArrayBlockingQueue<>(2 * limits.attestations()),
                Thread.ofPlatform().daemon().name(name, 0).factory());
        judges.allowCoreThreadTimeOut(true);
        return judges;
    }

    private static Serving serving(
            ServerServiceDefinition service, InstantSource clock, GatewayLimits limits, int callsAtOnce) {
        return new Serving(
                List.of(service),
                List.of(new Peers.ToCalls()),
                List.of(new Peers.PerConnection(clock)),
                new ServerLimits(
                        MESSAGE_BYTES,
                        METADATA_BYTES,
                        limits.connections(),
                        CALLS_PER_CONNECTION,
                        callsAtOnce,
                        HANDLERS,
                        Duration.ofSeconds(2)));
    }

    /** Why nobody is let in although all that stands behind it is well, if so. */
    public Optional<String> problem() {
        return clock.problem();
    }

    /** Why only a restart of this gateway helps, if that is so. */
    public Optional<String> hopeless() {
        return clock.hopeless();
    }

    /** The port of attestations. */
    public int attestPort() {
        return attest.port();
    }

    /** The port of everything else. */
    public int servicePort() {
        return service.port();
    }

    /** Sends nodes elsewhere, lets what is under way come to its end, then closes both ports. */
    @Override
    public void close() {
        told.drain();
        try {
            streams.drain(drain);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        ends.forEach(Runnable::run);
    }
}
