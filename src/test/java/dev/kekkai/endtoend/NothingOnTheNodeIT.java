package dev.kekkai.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kekkai.testing.agent.BootedTpm;
import dev.kekkai.testing.agent.SmallFleet;
import dev.kekkai.testing.agent.SmallGateway;
import dev.kekkai.testing.apiserver.ApiserverSimulator;
import dev.kekkai.testing.process.AgentNode;
import dev.kekkai.testing.process.Credentials;
import dev.kekkai.testing.process.KekkaiProcess;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whoever copies the node's disk, and its process's environment and arguments with it, has nothing that another machine could use. */
class NothingOnTheNodeIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    Path folder;

    @Test
    void an_agent_that_serves_leaves_nothing_on_its_node_that_another_machine_could_use() throws Exception {
        SmallFleet fleet = new SmallFleet();
        fleet.life = Duration.ofSeconds(4);
        String roots = SmallFleet.pem(fleet.root().certificate());
        try (BootedTpm tpm = BootedTpm.start();
                SmallGateway gateway = SmallGateway.start(fleet)) {
            AgentNode node = AgentNode.install(
                    folder.resolve("node"), "unix:" + tpm.address().path(), roots, List.of(gateway.address()));
            try (KekkaiProcess agent = node.serve();
                    ApiserverSimulator apiserver = ApiserverSimulator.connect(agent.socket())) {
                await().atMost(PATIENCE).until(() -> agent.probe("/readyz").statusCode() == 200);
                apiserver.start();
                apiserver.write("a-secret");
                await().atMost(PATIENCE).until(() -> fleet.renewals.get() >= 2);
                apiserver.restart();

                JsonNode status = node.run("status", "-o", "json").succeeded().json();
                Credentials credentials = new Credentials(List.of(
                        status.get("tenant").asText(),
                        status.get("uplink").get("node").asText(),
                        roots,
                        apiserver.keyId(),
                        ekName(agent),
                        folder.toString(),
                        tpm.address().path().toString(),
                        System.getProperty("kekkai.home", ""),
                        System.getProperty("java.home")));
                assertThat(credentials.in(node.folder())).isEmpty();
                assertThat(environmentAside(credentials.inProcess(agent.pid()))).isEmpty();
                assertThat(Credentials.written(agent.pid()))
                        .as("files that the agent has open for writing")
                        .allMatch(file -> file.toString().endsWith(".log")
                                || file.toString().endsWith(".lock")
                                || file.toString().contains("hsperfdata"));
                assertThat(files(node.folder()))
                        .as("all that lies on the node")
                        .containsOnly(
                                "kekkai.yaml",
                                "roots.pem",
                                "serve.log",
                                "admin.sock",
                                "admin.sock.lock",
                                "kms.sock",
                                "kms.sock.lock");
            }
        }
    }

    /** Variables that the test's own surroundings set, none of which the agent reads. */
    private static List<String> environmentAside(List<String> found) {
        return found.stream()
                .filter(each -> System.getenv().values().stream()
                        .noneMatch(value -> each.endsWith("something random: " + value)
                                || value.contains(each.replaceFirst(".*something random: ", ""))))
                .toList();
    }

    private static String ekName(KekkaiProcess agent) {
        return agent.output().replaceFirst("(?s).*has the name ([0-9a-f]+).*", "$1");
    }

    private static Set<String> files(Path of) throws Exception {
        Set<String> names = new TreeSet<>();
        try (Stream<Path> files = Files.walk(of)) {
            files.filter(file -> !Files.isDirectory(file))
                    .map(file -> file.getFileName().toString().replaceFirst("^serve[0-9]+", "serve"))
                    .filter(name -> !name.matches("[0-9]+"))
                    .forEach(names::add);
        }
        return names;
    }

    @Test
    void the_search_finds_what_is_planted() throws Exception {
        KeyPair key = SmallFleet.key();
        byte[] token = new byte[20];
        new SecureRandom().nextBytes(token);
        Credentials credentials = new Credentials(List.of());
        String pem = "-----BEGIN PRIVATE KEY-----\n"
                + Base64.getMimeEncoder().encodeToString(key.getPrivate().getEncoded())
                + "\n-----END PRIVATE KEY-----\n";

        assertThat(found(credentials, "key.pem", pem.getBytes(StandardCharsets.UTF_8)))
                .contains("a private key in PEM");
        assertThat(found(credentials, "key.der", key.getPrivate().getEncoded())).contains("a private EC key in DER");
        assertThat(found(
                        credentials,
                        "token.hex",
                        HexFormat.of().formatHex(token).getBytes(StandardCharsets.UTF_8)))
                .contains("something random: " + HexFormat.of().formatHex(token));
        assertThat(found(
                        credentials,
                        "token.log",
                        ("2026 INFO x " + Base64.getEncoder().encodeToString(token) + " y")
                                .getBytes(StandardCharsets.UTF_8)))
                .contains("something random");
        assertThat(found(credentials, "config", "secret-id: abc".getBytes(StandardCharsets.UTF_8)))
                .contains("a word for a secret");
    }

    @Test
    void the_search_finds_what_is_planted_in_an_environment() throws Exception {
        byte[] token = new byte[20];
        new SecureRandom().nextBytes(token);
        ProcessBuilder builder = new ProcessBuilder("sleep", "60");
        builder.environment().put("TOKEN", HexFormat.of().formatHex(token));
        Process process = builder.start();
        try {
            assertThat(environmentAside(new Credentials(List.of()).inProcess(process.pid())))
                    .anyMatch(each -> each.contains(HexFormat.of().formatHex(token)));
        } finally {
            process.destroyForcibly().waitFor();
        }
    }

    private String found(Credentials credentials, String name, byte[] content) throws Exception {
        Path place = Files.createDirectories(folder.resolve("planted-" + name));
        Files.write(place.resolve(name), content);
        return String.join("; ", credentials.in(place));
    }
}
