package dev.kekkai.testing.process;

import static org.assertj.core.api.Assertions.assertThat;

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
    private final Map<String, String> environment = new LinkedHashMap<>();

    private AgentNode(Path folder) {
        this.folder = folder;
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
        AgentNode node = new AgentNode(folder);
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
        AgentNode other = new AgentNode(to);
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
