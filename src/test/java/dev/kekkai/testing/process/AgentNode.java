package dev.kekkai.testing.process;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kekkai.config.KekkaiConfig.Gateway;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A control-plane node's disk as far as Kekkai is concerned: a folder with a configuration, the roots, sockets and logs. */
public final class AgentNode {
    private static final Path LAUNCHER = Path.of(System.getProperty("kekkai.home", ""), "bin", "kekkai");

    private final Path folder;
    private final String tpm;
    private final Map<String, String> environment = new LinkedHashMap<>();

    private AgentNode(Path folder, String tpm) {
        this.folder = folder;
        this.tpm = tpm;
        environment.put(
                "KEKKAI_JAVA_OPTS", "-XX:TieredStopAtLevel=1 -Xmx128m -Djava.io.tmpdir=" + folder.resolve("tmp"));
    }

    /**
     * Installs one.
     *
     * @param tpm as {@code agent.tpm} names it
     * @param roots PEM
     */
    public static AgentNode install(Path folder, String tpm, String roots, List<Gateway> gateways) throws IOException {
        AgentNode node = new AgentNode(folder, tpm);
        Files.createDirectories(folder.resolve("tmp"));
        Files.writeString(folder.resolve("roots.pem"), roots);
        Files.writeString(node.config(), """
                kekkai:
                  role: agent
                  kms:
                    socket: %s
                  agent:
                    gateways: [%s]
                    roots-file: %s
                    tpm: %s
                    event-log: %s
                    host-name: node-1
                  management:
                    port: 0
                """.formatted(
                        node.socket(),
                        gateways.stream().map(gateway -> "\"" + gateway + "\"").collect(Collectors.joining(", ")),
                        folder.resolve("roots.pem"),
                        tpm,
                        folder.resolve("no-event-log")));
        return node;
    }

    /** A copy of the whole disk in another machine, whose TPM is reached elsewhere. */
    public AgentNode copied(Path to, String thisTpm, String otherTpm) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.naturalOrder()).toList()) {
                Path copy = to.resolve(folder.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(copy);
                } else if (Files.isRegularFile(file)) {
                    Files.copy(file, copy);
                }
            }
        }
        AgentNode other = new AgentNode(to, otherTpm);
        String config = Files.readString(other.config());
        assertThat(config).contains(thisTpm);
        Files.writeString(other.config(), config.replace(thisTpm, otherTpm).replace(folder + "/", to + "/"));
        return other;
    }

    public Path folder() {
        return folder;
    }

    public Path config() {
        return folder.resolve("kekkai.yaml");
    }

    public Path socket() {
        return folder.resolve("run/kms.sock");
    }

    /** Starts the agent and waits until its socket accepts, whatever its gateways do. */
    public KekkaiProcess serve() throws IOException, InterruptedException {
        Path out = Files.createTempFile(folder, "serve", ".log");
        Path err = Files.createTempFile(folder, "serve", ".log");
        return KekkaiProcess.accepting(
                Finished.start(folder, environment, command("serve"), out, err), socket(), List.of(out, err));
    }

    /** Starts the agent of a build that speaks another version of the protocol; it has no probes. */
    public KekkaiProcess serveSpeaking(long protocol) throws IOException {
        Path out = Files.createTempFile(folder, "serve", ".log");
        Path err = Files.createTempFile(folder, "serve", ".log");
        return KekkaiProcess.listening(
                Finished.start(folder, environment, OtherBuild.command(config(), protocol), out, err),
                socket(),
                List.of(out, err));
    }

    /** Sets variables for every process to come. */
    public AgentNode environment(Map<String, String> more) {
        environment.putAll(more);
        return this;
    }

    /** The name of the EK in its TPM, as its operator reads it on the node. */
    public String ekName() throws IOException, InterruptedException {
        return run("node", "identity", "--tpm", tpm, "-o", "json")
                .succeeded()
                .json()
                .get("ek")
                .get("name")
                .asText();
    }

    /** How many gateways may be asked for something. */
    public long serving() throws IOException, InterruptedException {
        long serving = 0;
        for (JsonNode gateway : uplink().get("gateways")) {
            serving += gateway.get("problem").asText().isEmpty() ? 1 : 0;
        }
        return serving;
    }

    /** How its way to the gateways does, as {@code kekkai status} tells it. */
    public JsonNode uplink() throws IOException, InterruptedException {
        return run("status", "-o", "json").json().get("uplink");
    }

    /** Runs a command of Kekkai's to its end. */
    public Finished run(String... arguments) throws IOException, InterruptedException {
        return Finished.of(folder, environment, command(arguments));
    }

    private List<String> command(String... arguments) {
        List<String> command = new ArrayList<>(List.of(LAUNCHER.toString(), "--config", config().toString()));
        command.addAll(List.of(arguments));
        return command;
    }
}
