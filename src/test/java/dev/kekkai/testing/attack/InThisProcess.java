package dev.kekkai.testing.attack;

import dev.kekkai.attestation.ek.EkFingerprint;
import dev.kekkai.attestation.policy.Policy;
import dev.kekkai.fleet.Observation;
import dev.kekkai.id.NodeId;
import dev.kekkai.id.TenantId;
import dev.kekkai.identity.NodeCertificates;
import dev.kekkai.identity.NodeName;
import dev.kekkai.testing.dek.MemoryDekService;
import dev.kekkai.testing.fleet.MemoryFleet;
import dev.kekkai.testing.gateway.TestGateway;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** A gateway's ports in this process, before a fleet and keys in memory. All nodes are of one group. */
public final class InThisProcess implements Target, AutoCloseable {
    private final MemoryFleet fleet = new MemoryFleet();
    private final TestGateway gateway;

    public InThisProcess() throws Exception {
        gateway = TestGateway.start(fleet, new MemoryDekService());
    }

    public MemoryFleet fleet() {
        return fleet;
    }

    public TestGateway gateway() {
        return gateway;
    }

    @Override
    public int attestPort() {
        return gateway.attestPort();
    }

    @Override
    public int servicePort() {
        return gateway.servicePort();
    }

    @Override
    public List<X509Certificate> roots() {
        return gateway.roots().certificates();
    }

    @Override
    public NodeId enroll(EkFingerprint ek) {
        return fleet.enroll(TenantId.DEFAULT, "node-" + fleet.view().serial(), ek)
                .id();
    }

    @Override
    public void accept(NodeId node, Policy policy) {
        fleet.policy(TenantId.DEFAULT, policy);
    }

    @Override
    public void evict(NodeId node) {
        fleet.evict(node);
    }

    @Override
    public void rebaseline(NodeId node) {
        fleet.rebaseline(node, Optional.empty());
    }

    @Override
    public Optional<Seen> seen(NodeId node) {
        return fleet.observed(node).map(InThisProcess::seen);
    }

    private static Seen seen(Observation it) {
        return new Seen(it.accepted(), it.verdict(), it.tlsKey() + " until " + it.certificateEnds());
    }

    @Override
    public List<Recorded> records() {
        return gateway.audited().stream().map(Recorded::of).toList();
    }

    @Override
    public List<X509Certificate> issued(NodeId node, byte[] spki, Instant when) throws Exception {
        return new NodeCertificates(gateway.certificates().authority(), () -> when)
                .issue(new NodeName(TenantId.DEFAULT, node), spki);
    }

    @Override
    public void close() {
        gateway.close();
    }
}
