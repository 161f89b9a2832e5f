package dev.kekkai.testing.gateway;

import dev.kekkai.audit.AuditEvent;
import dev.kekkai.audit.AuditException;
import dev.kekkai.audit.AuditTrail;
import dev.kekkai.dek.DekService;
import dev.kekkai.fleet.Fleet;
import dev.kekkai.gateway.GatewayEndpoint;
import dev.kekkai.gateway.GatewayLimits;
import dev.kekkai.gateway.TenantTrust;
import dev.kekkai.identity.CertificateAuthority;
import dev.kekkai.identity.NodeCertificates;
import dev.kekkai.identity.ServerIdentity;
import dev.kekkai.identity.ServerRoots;
import dev.kekkai.testing.authority.MemorySigningKey;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;

/** Both ports of a gateway on free ports of loopback. What stands behind them is the test's. */
public final class TestGateway implements AutoCloseable, AuditTrail {
    private final List<AuditEvent> audited = new CopyOnWriteArrayList<>();
    private final AtomicReference<Duration> clockOff = new AtomicReference<>(Duration.ZERO);
    private final ServerRoots roots;
    private final ServerIdentity identity;
    private final NodeCertificates certificates;
    private final GatewayEndpoint endpoint;
    private volatile boolean auditBroken;

    private TestGateway(String name, Fleet fleet, DekService dek, ServerRoots.Keys keys, int root, GatewayLimits limits)
            throws Exception {
        InstantSource clock = () -> Instant.now().plus(clockOff.get());
        SecureRandom random = new SecureRandom();
        roots = ServerRoots.open(keys, root, random);
        identity = ServerIdentity.make(roots.active(), List.of("localhost", "127.0.0.1"), clock);
        certificates = new NodeCertificates(
                CertificateAuthority.of(keys.signer("kekkai-client-ca"), "Kekkai nodes", random), clock);
        InetSocketAddress free = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        endpoint = GatewayEndpoint.start(
                new GatewayEndpoint.Ground(
                        fleet, dek, this, certificates, roots, identity, tenant -> TenantTrust.VOUCHED, clock, name),
                new GatewayEndpoint.Ports(free, free),
                limits);
    }

    public static TestGateway start(Fleet fleet, DekService dek) throws Exception {
        return start(fleet, dek, memoryKeys(), GatewayLimits.DEFAULT);
    }

    /**
     * With keys and limits of the test's choice.
     *
     * @param keys shared by gateways of one HSM
     */
    public static TestGateway start(Fleet fleet, DekService dek, ServerRoots.Keys keys, GatewayLimits limits)
            throws Exception {
        return new TestGateway("gateway-1", fleet, dek, keys, 1, limits);
    }

    /** One of several gateways. */
    public static TestGateway start(
            String name, Fleet fleet, DekService dek, ServerRoots.Keys keys, int root, GatewayLimits limits)
            throws Exception {
        return new TestGateway(name, fleet, dek, keys, root, limits);
    }

    /** Keys in the JDK, one a label. */
    public static ServerRoots.Keys memoryKeys() {
        Map<String, MemorySigningKey> keys = new HashMap<>();
        return label -> keys.computeIfAbsent(label, l -> new MemorySigningKey()).generate();
    }

    public int attestPort() {
        return endpoint.attestPort();
    }

    public int servicePort() {
        return endpoint.servicePort();
    }

    public ServerRoots roots() {
        return roots;
    }

    public ServerIdentity identity() {
        return identity;
    }

    public NodeCertificates certificates() {
        return certificates;
    }

    /** Why nobody is let in, if so. */
    public Optional<String> problem() {
        return endpoint.problem();
    }

    /** Why only a restart helps, if so. */
    public Optional<String> hopeless() {
        return endpoint.hopeless();
    }

    /** Sets the gateway's clock off by that much. */
    public void clockOff(Duration by) {
        clockOff.set(by);
    }

    public void breakAudit() {
        auditBroken = true;
    }

    public List<AuditEvent> audited() {
        return audited;
    }

    /** The last event of an action. */
    public Optional<AuditEvent> last(String action) {
        return audited.stream().filter(event -> event.action().equals(action)).reduce((before, after) -> after);
    }

    @Override
    public void record(AuditEvent event) throws AuditException {
        if (auditBroken) {
            throw new AuditException("no space left on device", new java.io.IOException());
        }
        audited.add(event);
    }

    @Override
    public void close() {
        endpoint.close();
    }
}
