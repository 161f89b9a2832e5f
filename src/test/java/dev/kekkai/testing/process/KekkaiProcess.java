package dev.kekkai.testing.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kekkai.testing.uds.Sockets;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/** A server in a process of its own, which ends with {@link #close} at the latest. */
public final class KekkaiProcess implements AutoCloseable {
    private static final Duration START = Duration.ofSeconds(150);
    private static final long END_SECONDS = 20;

    private final Process process;
    private final Path socket;
    private final List<Path> output;
    private final List<Integer> apart;
    private final HttpClient http = HttpClient.newHttpClient();

    private KekkaiProcess(Process process, Path socket, List<Path> output, List<Integer> apart) {
        this.process = process;
        this.socket = socket;
        this.output = output;
        this.apart = apart;
    }

    /** Waits for the socket to accept and for {@code /readyz}. */
    static KekkaiProcess ready(Process process, Path socket, List<Path> output, List<Integer> apart) {
        return await(new KekkaiProcess(process, socket, output, apart), KekkaiProcess::serves);
    }

    /** Waits for the socket to accept and for a probe to answer, whatever it says. */
    static KekkaiProcess accepting(Process process, Path socket, List<Path> output) {
        return await(new KekkaiProcess(process, socket, output, List.of()), KekkaiProcess::accepts);
    }

    /** Waits for the socket to accept, where there is nothing else. */
    static KekkaiProcess listening(Process process, Path socket, List<Path> output) {
        return await(
                new KekkaiProcess(process, socket, output, List.of()),
                server -> Files.exists(socket) && Sockets.accepts(socket));
    }

    /** What may fail while a server starts. */
    private interface Condition {
        boolean holds(KekkaiProcess server) throws Exception;
    }

    private static KekkaiProcess await(KekkaiProcess server, Condition condition) {
        Process process = server.process;
        boolean ready = false;
        try {
            Awaitility.await()
                    .atMost(START)
                    .pollInterval(Duration.ofMillis(50))
                    .until(() -> !process.isAlive() || condition.holds(server));
            assertThat(process.isAlive())
                    .as("the server runs; it said: %s", server.output())
                    .isTrue();
            ready = true;
            return server;
        } finally {
            if (!ready) {
                server.close();
            }
        }
    }

    private boolean serves() throws Exception {
        return accepts() && probe("/readyz").statusCode() == 200;
    }

    private boolean accepts() throws Exception {
        return Files.exists(socket)
                && Sockets.accepts(socket)
                && listeners().stream().anyMatch(listener -> !apart.contains(listener.getPort()));
    }

    /** A client on a connection of its own. */
    public KmsClient client() {
        return KmsClient.of(socket);
    }

    /** Where it answers. */
    public Path socket() {
        return socket;
    }

    public long pid() {
        return process.pid();
    }

    /** On which TCP addresses this process listens, as the kernel tells it. */
    public List<InetSocketAddress> listeners() throws IOException {
        return TcpListeners.of(process.pid());
    }

    /** Asks a probe on the management port. */
    public HttpResponse<String> probe(String path) throws IOException, InterruptedException {
        return probe(managementPort(), path);
    }

    /** The listener that answers plain HTTP: the only one, but for a gateway's ports and the admin API's. */
    public int managementPort() throws IOException, InterruptedException {
        List<Integer> ports = listeners().stream()
                .map(InetSocketAddress::getPort)
                .filter(port -> !apart.contains(port))
                .toList();
        for (int port : ports.subList(0, ports.size() - 1)) {
            try {
                probe(port, "/livez");
                return port;
            } catch (IOException e) {
                // it speaks TLS
            }
        }
        return ports.getLast();
    }

    private HttpResponse<String> probe(int port, String path) throws IOException, InterruptedException {
        return http.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                        .timeout(Duration.ofSeconds(10))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    /** Everything it has printed so far. */
    public String output() {
        try {
            StringBuilder all = new StringBuilder();
            for (Path file : output) {
                all.append(Files.readString(file));
            }
            return all.toString();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Ends it as a supervisor does, with SIGTERM; answers with the exit code. */
    public int terminate() throws InterruptedException {
        process.destroy();
        assertThat(process.waitFor(END_SECONDS, TimeUnit.SECONDS))
                .as("the server ends on SIGTERM")
                .isTrue();
        return process.exitValue();
    }

    /** Waits until it has ended by itself; answers with the exit code, which is 128 and more after a signal. */
    public int awaitEnd() throws InterruptedException {
        assertThat(process.waitFor(END_SECONDS, TimeUnit.SECONDS))
                .as("the server ends by itself")
                .isTrue();
        return process.exitValue();
    }

    /** Ends it at once, with SIGKILL. */
    public void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    @Override
    public void close() {
        http.close();
        try {
            kill();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
