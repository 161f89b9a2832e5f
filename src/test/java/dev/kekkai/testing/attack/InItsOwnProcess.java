package dev.kekkai.testing.attack;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kekkai.attestation.ek.EkFingerprint;
import dev.kekkai.attestation.policy.Policy;
import dev.kekkai.fleet.policy.PolicyText;
import dev.kekkai.id.NodeId;
import dev.kekkai.id.TenantId;
import dev.kekkai.testing.process.GatewayHost;
import dev.kekkai.testing.process.Insider;
import dev.kekkai.testing.process.Installation;
import dev.kekkai.testing.process.KekkaiProcess;
import dev.kekkai.uds.UnixSocketChannel;
import dev.kekkai.wire.admin.v1.ChangeNodeRequest;
import dev.kekkai.wire.admin.v1.ChangePolicyRequest;
import dev.kekkai.wire.admin.v1.EnrollNodesRequest;
import dev.kekkai.wire.admin.v1.EnrolledNode;
import dev.kekkai.wire.admin.v1.ListNodesRequest;
import dev.kekkai.wire.admin.v1.NodeToEnroll;
import dev.kekkai.wire.admin.v1.NodesGrpc;
import dev.kekkai.wire.admin.v1.PoliciesGrpc;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * A gateway as an operator runs it, on SoftHSM, with a store and an audit trail in files, and the operator at its admin socket. There is one for all
 * tests of this JVM; each has nodes and a policy of its own in it. A second tenant has a keyring there.
 */
public final class InItsOwnProcess implements Target {
    /** The tenant beside the default one. */
    public static final TenantId OTHER = new TenantId(UUID.fromString("0a0b0c0d-1111-4222-8333-444455556666"));

    private final GatewayHost host;
    private final KekkaiProcess process;
    private final List<X509Certificate> roots;
    private final NodesGrpc.NodesBlockingStub nodes;
    private final PoliciesGrpc.PoliciesBlockingStub policies;

    private InItsOwnProcess(Path folder) throws Exception {
        Installation installation = Installation.withKey(folder);
        Path tenants = Files.createDirectory(folder.resolve("tenants"));
        Files.writeString(tenants.resolve("other.yaml"), "tenant: { id: \"" + OTHER.value() + "\" }\n");
        installation.environment("KEKKAI_TENANTS_FOLDER", tenants.toString());
        installation.run("key", "create", "--tenant", "other", "--new-keyring").succeeded();
        host = GatewayHost.of(installation);
        process = host.serve();
        Runtime.getRuntime().addShutdownHook(new Thread(this::end));
        roots = certificates(host.roots());
        UnixSocketChannel admin = UnixSocketChannel.open(installation.adminSocket(), UnixSocketChannel.LOCALHOST);
        nodes = NodesGrpc.newBlockingStub(admin.channel());
        policies = PoliciesGrpc.newBlockingStub(admin.channel());
    }

    private static final class Shared {
        private static final InItsOwnProcess GATEWAY = start();

        private static InItsOwnProcess start() {
            try {
                return new InItsOwnProcess(Files.createTempDirectory("attacked"));
            } catch (Exception e) {
                throw new IllegalStateException("the gateway that is to be attacked does not start", e);
            }
        }
    }

    /** The one of this JVM. */
    public static InItsOwnProcess shared() {
        return Shared.GATEWAY;
    }

    private void end() {
        process.close();
        try (Stream<Path> files =
                Files.walk(host.installation().config().getParent()).sorted(Comparator.reverseOrder())) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<X509Certificate> certificates(String pem) throws GeneralSecurityException {
        return CertificateFactory.getInstance("X.509")
                .generateCertificates(new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)))
                .stream()
                .map(X509Certificate.class::cast)
                .toList();
    }

    public GatewayHost host() {
        return host;
    }

    /** What it has logged. */
    public String output() {
        return process.output();
    }

    @Override
    public int attestPort() {
        return host.address().attestPort();
    }

    @Override
    public int servicePort() {
        return host.address().servicePort();
    }

    @Override
    public List<X509Certificate> roots() {
        return roots;
    }

    @Override
    public NodeId enroll(EkFingerprint ek) {
        return enroll("", ek);
    }

    /** Enrols a machine for a tenant; its group has its name. */
    public NodeId enroll(String tenant, EkFingerprint ek) {
        String name = "node-" + ek.hex().substring(4, 20);
        EnrolledNode node = nodes.enrollNodes(EnrollNodesRequest.newBuilder()
                        .setTenant(tenant)
                        .addNodes(NodeToEnroll.newBuilder()
                                .setName(name)
                                .setGroup(name)
                                .setEk(ek.hex()))
                        .build())
                .getNodes(0);
        return new NodeId(UUID.fromString(node.getId()));
    }

    @Override
    public void accept(NodeId node, Policy policy) {
        accept("", node, policy);
    }

    /** The same for a node of a tenant. */
    public void accept(String tenant, NodeId node, Policy policy) {
        var unused = policies.changePolicy(ChangePolicyRequest.newBuilder()
                .setTenant(tenant)
                .setAct(ChangePolicyRequest.Act.PUT)
                .setGroup(known(tenant, node).getGroup())
                .setDocument(com.google.protobuf.ByteString.copyFrom(PolicyText.canonical(policy)))
                .build());
    }

    private EnrolledNode known(String tenant, NodeId node) {
        return nodes.listNodes(ListNodesRequest.newBuilder().setTenant(tenant).build()).getNodesList().stream()
                .filter(each -> each.getId().equals(node.toString()))
                .findFirst()
                .orElseThrow();
    }

    @Override
    public void evict(NodeId node) {
        change(node, ChangeNodeRequest.Step.EVICT);
    }

    @Override
    public void rebaseline(NodeId node) {
        change(node, ChangeNodeRequest.Step.REBASELINE);
    }

    private void change(NodeId node, ChangeNodeRequest.Step step) {
        var unused = nodes.changeNode(ChangeNodeRequest.newBuilder()
                .setNode(node.toString())
                .setStep(step)
                .build());
    }

    @Override
    public Optional<Seen> seen(NodeId node) {
        return Optional.of(known("", node))
                .filter(EnrolledNode::hasSeen)
                .map(it -> new Seen(
                        it.getSeen().getAccepted(),
                        it.getSeen().getVerdict(),
                        it.getSeen().getTlsKey() + " until " + it.getSeen().getCertificateEndsMillis()));
    }

    /** All lines that are whole: the gateway may be at the next one. */
    @Override
    public List<Recorded> records() throws IOException {
        String all = Files.readString(host.installation().state().resolve("audit.jsonl"));
        ObjectMapper json = new ObjectMapper();
        List<Recorded> records = new ArrayList<>();
        for (String line : all.substring(0, all.lastIndexOf('\n') + 1).lines().toList()) {
            records.add(Recorded.of(json.readTree(line)));
        }
        return records;
    }

    @Override
    public List<X509Certificate> issued(NodeId node, byte[] spki, Instant when) throws Exception {
        return Insider.nodeCertificate(host.installation(), node, spki, when);
    }
}
