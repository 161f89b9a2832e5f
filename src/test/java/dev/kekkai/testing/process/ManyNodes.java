package dev.kekkai.testing.process;

import dev.kekkai.testing.attestation.Node;
import dev.kekkai.testing.gateway.AttestStorm;
import dev.kekkai.testing.gateway.SharedTpmNode;
import dev.kekkai.tpm.structure.EkTemplate;
import dev.kekkai.tpm.structure.HashAlg;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** A gateway in a process of its own, and more nodes than TPMs, all enrolled and all of the same boot. */
public final class ManyNodes implements AutoCloseable {
    /** Those that cost a software TPM little: an RSA key takes it a second and more each time. */
    private static final List<EkTemplate> ECC = List.of(EkTemplate.L_2, EkTemplate.H_2, EkTemplate.H_3);

    private static final int[] PCRS = {0, 2, 4, 7};

    private final GatewayHost host;
    private final KekkaiProcess gateway;
    private final List<X509Certificate> roots;
    private final List<Node> tpms = new ArrayList<>();
    private final List<SharedTpmNode> nodes = new ArrayList<>();

    private ManyNodes(GatewayHost host, KekkaiProcess gateway) throws Exception {
        this.host = host;
        this.gateway = gateway;
        this.roots = CertificateFactory.getInstance("X.509")
                .generateCertificates(new ByteArrayInputStream(host.roots().getBytes(StandardCharsets.US_ASCII)))
                .stream()
                .map(X509Certificate.class::cast)
                .toList();
    }

    /** Starts all of it; each TPM makes three nodes. */
    public static ManyNodes start(Path folder, int tpms) throws Exception {
        return start(folder, tpms, "");
    }

    /**
     * Starts all of it.
     *
     * @param javaOptions of the gateway's JVM, in place of those that tests give it; blank: those
     */
    public static ManyNodes start(Path folder, int tpms, String javaOptions) throws Exception {
        Installation installation = Installation.withKey(Files.createDirectories(folder.resolve("gateway")));
        if (!javaOptions.isBlank()) {
            installation.environment("KEKKAI_JAVA_OPTS", javaOptions.strip());
        }
        GatewayHost host = GatewayHost.of(installation);
        KekkaiProcess gateway = host.serve();
        boolean done = false;
        ManyNodes many = new ManyNodes(host, gateway);
        try {
            many.boot(tpms);
            many.enroll(folder);
            done = true;
            return many;
        } finally {
            if (!done) {
                many.close();
            }
        }
    }

    private void boot(int count) throws Exception {
        for (int i = 0; i < count; i++) {
            Node tpm = Node.blank().boot("kernel");
            tpms.add(tpm);
            for (EkTemplate template : ECC) {
                nodes.add(new SharedTpmNode(tpm, template));
            }
        }
        byte[] values = tpms.getFirst().pcrs(HashAlg.SHA256, PCRS);
        int size = HashAlg.SHA256.length();
        Map<Integer, byte[]> booted = new TreeMap<>();
        for (int i = 0; i < PCRS.length; i++) {
            booted.put(PCRS[i], Arrays.copyOfRange(values, i * size, (i + 1) * size));
        }
        host.accept("booted", booted);
    }

    private void enroll(Path folder) throws Exception {
        List<String> lines = new ArrayList<>();
        for (SharedTpmNode node : nodes) {
            lines.add("node-" + lines.size() + "," + node.ek().hex() + ",control-plane");
        }
        Path file = Files.writeString(
                folder.resolve("nodes.csv"), lines.stream().collect(Collectors.joining("\n", "", "\n")));
        host.installation().run("node", "enroll", "--file", file.toString()).succeeded();
    }

    public GatewayHost host() {
        return host;
    }

    public KekkaiProcess gateway() {
        return gateway;
    }

    public List<X509Certificate> roots() {
        return roots;
    }

    public List<SharedTpmNode> nodes() {
        return nodes;
    }

    public AttestStorm storm() {
        return new AttestStorm(host.address().attestPort(), roots);
    }

    @Override
    public void close() throws IOException {
        gateway.close();
        for (Node tpm : tpms) {
            tpm.close();
        }
    }
}
