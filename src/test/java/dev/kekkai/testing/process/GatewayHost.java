package dev.kekkai.testing.process;

import dev.kekkai.config.KekkaiConfig.Gateway;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A host in the role gateway: an {@link Installation} with two ports for nodes, and the commands of its operator. */
public final class GatewayHost {
    private final Installation installation;
    private final Gateway address;

    private GatewayHost(Installation installation, Gateway address) {
        this.installation = installation;
        this.address = address;
    }

    /** Makes a gateway of an installation that has a key. */
    public static GatewayHost of(Installation installation) throws IOException {
        List<Integer> ports = freePorts();
        installation.edit("kekkai:\n", """
                kekkai:
                  role: gateway
                  gateway:
                    address: 127.0.0.1
                    service-port: %d
                    attest-port: %d
                    names: [localhost]
                """.formatted(ports.get(0), ports.get(1)));
        installation.gateway(ports);
        return new GatewayHost(installation, new Gateway("localhost", ports.get(0), ports.get(1)));
    }

    private static List<Integer> freePorts() throws IOException {
        InetAddress loopback = InetAddress.getLoopbackAddress();
        try (ServerSocket one = new ServerSocket(0, 1, loopback);
                ServerSocket two = new ServerSocket(0, 1, loopback)) {
            return List.of(one.getLocalPort(), two.getLocalPort());
        }
    }

    /** As agents name it. */
    public Gateway address() {
        return address;
    }

    public Installation installation() {
        return installation;
    }

    public KekkaiProcess serve() throws IOException, InterruptedException {
        return installation.serve();
    }

    /** With a wall clock that is off by that much. */
    public KekkaiProcess serveWithClock(Duration off) throws IOException, InterruptedException {
        return installation.serve(OtherClock.off(off, installation.config().getParent()));
    }

    /** As the gateway of a build that speaks another version of the protocol; it has no probes. */
    public KekkaiProcess serveSpeaking(long protocol) throws IOException {
        return installation.serveSpeaking(protocol);
    }

    /** What an operator copies to nodes. */
    public String roots() throws IOException, InterruptedException {
        return installation.run("gateway", "roots").succeeded().out();
    }

    /** Enrols a node in the group control-plane. */
    public void enroll(String name, String ek) throws IOException, InterruptedException {
        installation.run("node", "enroll", name, "--ek", ek).succeeded();
    }

    /** Accepts nodes of the group control-plane whose PCRs have these values, under a name for it. */
    public void accept(String name, Map<Integer, byte[]> pcrs) throws IOException, InterruptedException {
        add(name, pcrs);
        installation.run("policy", "activate", "control-plane", name).succeeded();
    }

    /** Adds that for later. */
    public void add(String name, Map<Integer, byte[]> pcrs) throws IOException, InterruptedException {
        List<String> manifest = new ArrayList<>(List.of("name: " + name, "bank: sha256", "pcrs:"));
        new TreeMap<>(pcrs)
                .forEach((pcr, value) -> manifest.add(
                        "  - { pcr: " + pcr + ", values: [\"" + HexFormat.of().formatHex(value) + "\"] }"));
        Path folder = installation.config().getParent();
        Path release = Files.write(folder.resolve(name + ".yaml"), manifest);
        Path predicted = Files.writeString(
                folder.resolve(name + ".json"),
                installation
                        .run("policy", "predict", "--manifest", release.toString())
                        .succeeded()
                        .out());
        installation.run("policy", "add", "control-plane", predicted.toString()).succeeded();
    }
}
