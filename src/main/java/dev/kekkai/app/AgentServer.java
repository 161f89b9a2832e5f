package dev.kekkai.app;

import dev.kekkai.admin.AgentStatus;
import dev.kekkai.agent.Uplink;
import dev.kekkai.agent.UplinkReport;
import dev.kekkai.attestation.ProtocolVersion;
import dev.kekkai.config.KekkaiConfig;
import dev.kekkai.dek.Health;
import dev.kekkai.id.TenantId;
import dev.kekkai.kms.KmsEndpoint;
import dev.kekkai.uds.Serving;
import dev.kekkai.uds.SocketPlace;
import dev.kekkai.uds.SocketUnusableException;
import dev.kekkai.uds.UnixSocketServer;
import dev.kekkai.wire.admin.v1.AdminGrpc;
import dev.kekkai.wire.admin.v1.UplinkGateway;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/** The role {@code agent}: the KMS socket of a node that keeps no key, the way to its gateways, and the admin socket. */
public final class AgentServer implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(AgentServer.class);

    private final Deque<AutoCloseable> open;
    private final Uplink uplink;

    private AgentServer(Deque<AutoCloseable> open, Uplink uplink) {
        this.open = open;
        this.uplink = uplink;
    }

    /**
     * Begins to serve. The sockets appear at once, whatever the gateways do: an apiserver that starts before them finds a plugin that says why
     * it cannot serve yet, and connects no second time when it can.
     */
    public static AgentServer start(KekkaiConfig config, String version)
            throws StartException, SocketUnusableException {
        return start(config, version, ProtocolVersion.CURRENT);
    }

    /** As one of a build that speaks another version of the protocol with its gateways. */
    static AgentServer start(KekkaiConfig config, String version, ProtocolVersion protocol)
            throws StartException, SocketUnusableException {
        Deque<AutoCloseable> open = new ArrayDeque<>();
        boolean done = false;
        try {
            Uplink uplink = uplink(config, protocol);
            open.push(uplink);
            open.push(UnixSocketServer.start(
                    SocketPlace.ownerOnly(Workbench.adminSocket(config)),
                    Serving.of(AdminGrpc.bindService(
                            new AgentStatus(version, config.kms().socket(), Instant.now(), () -> now(uplink))))));
            open.push(KmsEndpoint.start(config.kms(), uplink.dek(), TenantId.DEFAULT, version));
            LOG.infof(
                    "KMS v2 and v1beta1 are served on %s, by the gateways %s",
                    config.kms().socket(), config.agent().gateways());
            done = true;
            return new AgentServer(open, uplink);
        } finally {
            if (!done) {
                Workbench.closeAll(open);
            }
        }
    }

    private static Uplink uplink(KekkaiConfig config, ProtocolVersion protocol) throws StartException {
        try {
            return Uplink.open(config.agent(), InstantSource.system(), protocol);
        } catch (IOException e) {
            throw new StartException(
                    "the roots that gateways' certificates may come from cannot be had: " + e
                            + "; copy them from a gateway (docs/agent.md) and name the file in agent.roots-file",
                    e);
        }
    }

    private static AgentStatus.Now now(Uplink uplink) {
        UplinkReport report = uplink.report();
        dev.kekkai.wire.admin.v1.Uplink.Builder wire = dev.kekkai.wire.admin.v1.Uplink.newBuilder()
                .setNode(report.node().map(UUID::toString).orElse(""))
                .setTenant(report.tenant().map(UUID::toString).orElse(""))
                .setCertificateLeftMillis(report.certificateLeft().toMillis())
                .setProblem(report.problem())
                .setAuthoritySerial(report.authoritySerial())
                .addAllRoots(report.roots());
        report.links()
                .forEach(link -> wire.addGateways(UplinkGateway.newBuilder()
                        .setAddress(link.gateway())
                        .setProblem(link.problem())
                        .setPreferred(link.preferred())
                        .setLatencyMicros(
                                TimeUnit.NANOSECONDS.toMicros(link.latency().toNanos()))
                        .setProtocol(link.protocol())
                        .setClockAheadSeconds(link.clockAhead().toSeconds())));
        return new AgentStatus.Now(
                uplink.known().map(Uplink.Known::keyId).orElse(""),
                uplink.known().map(Uplink.Known::epoch).orElse(0L),
                uplink.health(),
                wire.build());
    }

    /** What the gateway in use last said, or why there is none. */
    public Health health() {
        return uplink.health();
    }

    @Override
    public void close() {
        Workbench.closeAll(open);
    }
}
