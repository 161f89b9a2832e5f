package dev.kekkai.testing.otlp;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.net.ssl.SSLContext;

/** A real HTTP server that keeps what it is sent, and answers as it is told to. */
public final class ReceivingCollector implements AutoCloseable {
    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final ObjectMapper json = new ObjectMapper();
    private final Queue<Conduct> next = new ConcurrentLinkedQueue<>();
    private final List<Request> requests = new CopyOnWriteArrayList<>();

    /** One request, whatever became of it. */
    public record Request(long nanos, String path, Headers headers, JsonNode body) {
        public List<String> lines() {
            List<String> lines = new ArrayList<>();
            records().forEach(record -> lines.add(record.at("/body/stringValue").asText()));
            return lines;
        }

        public JsonNode records() {
            return body.at("/resourceLogs/0/scopeLogs/0/logRecords");
        }
    }

    /** What it does with one request. */
    @FunctionalInterface
    public interface Conduct {
        void with(HttpExchange exchange) throws IOException;
    }

    private ReceivingCollector(HttpServer server) {
        this.server = server;
        server.setExecutor(threads);
        server.createContext("/", this::take);
        server.start();
    }

    public static ReceivingCollector plain() throws IOException {
        return plain(0);
    }

    public static ReceivingCollector plain(int port) throws IOException {
        return new ReceivingCollector(HttpServer.create(at(port), 0));
    }

    public static ReceivingCollector secure(SSLContext tls) throws IOException {
        HttpsServer server = HttpsServer.create(at(0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(tls));
        return new ReceivingCollector(server);
    }

    private static InetSocketAddress at(int port) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    public static Conduct answer(int status, String body) {
        return exchange -> {
            byte[] bytes = body.getBytes(UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
        };
    }

    public static Conduct later(int status, String retryAfter) {
        return exchange -> {
            exchange.getResponseHeaders().set("Retry-After", retryAfter);
            answer(status, "").with(exchange);
        };
    }

    /** For the requests that come next, one each; those after them are taken. */
    public ReceivingCollector then(Conduct... conducts) {
        next.addAll(List.of(conducts));
        return this;
    }

    private void take(HttpExchange exchange) throws IOException {
        JsonNode body = json.readTree(exchange.getRequestBody());
        Conduct conduct = next.poll();
        requests.add(new Request(
                System.nanoTime(), exchange.getRequestURI().toString(), exchange.getRequestHeaders(), body));
        (conduct == null ? answer(200, "{}") : conduct).with(exchange);
    }

    public URI url() {
        String scheme = server instanceof HttpsServer ? "https" : "http";
        return URI.create(scheme + "://127.0.0.1:" + port() + "/v1/logs");
    }

    public int port() {
        return server.getAddress().getPort();
    }

    public List<Request> requests() {
        return requests;
    }

    /** Of all requests, in their order. */
    public List<String> lines() {
        return requests.stream().flatMap(request -> request.lines().stream()).toList();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
