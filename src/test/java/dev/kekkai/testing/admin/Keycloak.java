package dev.kekkai.testing.admin;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;

/** Keycloak as a process on loopback, with the realm {@code ops} of the test resources and a database that it forgets with its keys when it ends. */
public final class Keycloak implements AutoCloseable {
    private static final Path DISTRIBUTION = Path.of(System.getProperty("kekkai.home", ""), "target", "keycloak");
    private static final Path REALM =
            Path.of(System.getProperty("kekkai.home", ""), "src", "test", "resources", "keycloak", "ops-realm.json");
    private static final Duration START = Duration.ofMinutes(4);
    private static final long END_SECONDS = 30;

    private final HttpClient http = HttpClient.newHttpClient();
    private final Path folder;
    private final int port;
    private Process process;

    private Keycloak(Path folder, int port, Process process) {
        this.folder = folder;
        this.port = port;
        this.process = process;
    }

    /** Waits until the realm answers. */
    public static Keycloak start(Path folder) throws IOException, InterruptedException {
        Files.createDirectories(folder);
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        Keycloak keycloak = new Keycloak(folder, port, launch(folder, port));
        keycloak.awaitRealm();
        return keycloak;
    }

    private static Process launch(Path folder, int port) throws IOException {
        Path unpacked;
        try (var entries = Files.list(DISTRIBUTION)) {
            unpacked = entries.filter(Files::isDirectory).findFirst().orElseThrow();
        }
        Path realms = unpacked.resolve("data/import");
        Files.createDirectories(realms);
        Files.writeString(realms.resolve("ops-realm.json"), Files.readString(REALM));
        ProcessBuilder command = new ProcessBuilder(
                "bash",
                unpacked.resolve("bin/kc.sh").toString(),
                "start-dev",
                "--import-realm",
                "--db=dev-mem",
                "--cache=local",
                "--http-host=127.0.0.1",
                "--http-port=" + port,
                "--hostname=http://127.0.0.1:" + port,
                "--http-management-port=0",
                "--health-enabled=false");
        command.environment().put("JAVA_HOME", System.getProperty("java.home"));
        command.environment().put("JAVA_OPTS_APPEND", "-XX:TieredStopAtLevel=1");
        return command.directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output(folder).toFile())
                .start();
    }

    private static Path output(Path folder) {
        return folder.resolve("keycloak.log");
    }

    private void awaitRealm() {
        boolean ready = false;
        try {
            Awaitility.await()
                    .atMost(START)
                    .pollInterval(Duration.ofMillis(500))
                    .until(() -> !process.isAlive() || answers());
            assertThat(process.isAlive())
                    .as("Keycloak runs; it said: %s", output())
                    .isTrue();
            ready = true;
        } finally {
            if (!ready) {
                stop();
            }
        }
    }

    private String output() {
        try {
            return Files.readString(output(folder));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private boolean answers() throws InterruptedException {
        try {
            return http.send(
                                    HttpRequest.newBuilder(URI.create(issuer() + "/.well-known/openid-configuration"))
                                            .timeout(Duration.ofSeconds(10))
                                            .build(),
                                    HttpResponse.BodyHandlers.discarding())
                            .statusCode()
                    == 200;
        } catch (IOException e) {
            return false;
        }
    }

    /** As the configuration names it. */
    public String issuer() {
        return "http://127.0.0.1:" + port + "/realms/ops";
    }

    /** The access token of a user who logs in with a client (the password grant, RFC 6749, section 4.3). */
    public String token(String client, String user) throws IOException, InterruptedException {
        return login(client, user).get("access_token").asText();
    }

    /** The ID token of the same. */
    public String idToken(String client, String user) throws IOException, InterruptedException {
        return login(client, user).get("id_token").asText();
    }

    private JsonNode login(String client, String user) throws IOException, InterruptedException {
        return grant(
                client,
                Map.of(
                        "grant_type",
                        "password",
                        "username",
                        user,
                        "password",
                        "password-of-" + user,
                        "scope",
                        "openid"));
    }

    /** The access token of a client for itself (client credentials, RFC 6749, section 4.4). */
    public String tokenOf(String client) throws IOException, InterruptedException {
        return grant(client, Map.of("grant_type", "client_credentials"))
                .get("access_token")
                .asText();
    }

    private JsonNode grant(String client, Map<String, String> form) throws IOException, InterruptedException {
        Map<String, String> all = new TreeMap<>(form);
        all.put("client_id", client);
        all.put("client_secret", "secret-of-" + client);
        String body = all.entrySet().stream()
                .map(field -> field.getKey() + "=" + URLEncoder.encode(field.getValue(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
        HttpResponse<String> answer = http.send(
                HttpRequest.newBuilder(URI.create(issuer() + "/protocol/openid-connect/token"))
                        .timeout(Duration.ofSeconds(30))
                        .header("Content-Type", "application/x-www-form-urlencoded")
                        .POST(HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).as("%s", answer.body()).isEqualTo(200);
        return new ObjectMapper().readTree(answer.body());
    }

    /** Starts again where it was, with keys of another life. */
    public void startAgain() throws IOException {
        process = launch(folder, port);
        awaitRealm();
    }

    @Override
    public void close() {
        stop();
    }

    /** Ends it; whoever asks it from then on finds nobody there. */
    public void stop() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        try {
            assertThat(process.waitFor(END_SECONDS, TimeUnit.SECONDS))
                    .as("Keycloak ends")
                    .isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
