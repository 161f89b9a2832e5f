package dev.kekkai.testing.admin;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.stream.Stream;

/** A client of the admin API, with a token, a certificate, or nothing. */
public final class ApiClient implements AutoCloseable {
    private final HttpClient http;
    private final String base;
    private final String token;

    private ApiClient(HttpClient http, String base, String token) {
        this.http = http;
        this.base = base;
        this.token = token;
    }

    /** An answer, its body as JSON if it is any. */
    public record Answer(HttpResponse<String> http) {
        public int status() {
            return http.statusCode();
        }

        public JsonNode json() {
            try {
                return new ObjectMapper().readTree(http.body());
            } catch (JsonProcessingException e) {
                throw new AssertionError("no JSON in " + this, e);
            }
        }

        public String header(String name) {
            return http.headers().firstValue(name).orElse("");
        }

        /** The code of a problem. */
        public String code() {
            return json().path("code").asText();
        }

        @Override
        public String toString() {
            return http.request().method() + " " + http.uri().getPath() + ": " + status() + " "
                    + http.headers().map() + " " + http.body();
        }
    }

    public static ApiClient anonymous(int port, OperatorCertificates certificates) throws Exception {
        return new ApiClient(http(certificates, ""), "https://127.0.0.1:" + port, "");
    }

    public static ApiClient withCertificate(int port, OperatorCertificates certificates, String name) throws Exception {
        return new ApiClient(http(certificates, name), "https://127.0.0.1:" + port, "");
    }

    /** The same connection with a token on each call. */
    public ApiClient withToken(String bearer) {
        return new ApiClient(http, base, bearer);
    }

    private static HttpClient http(OperatorCertificates certificates, String name) throws Exception {
        return HttpClient.newBuilder()
                .sslContext(certificates.tls("server-ca", name))
                .connectTimeout(Duration.ofSeconds(10))
                .build();
    }

    public HttpRequest.Builder request(String path) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(base + path)).timeout(Duration.ofSeconds(30));
        return token.isEmpty() ? request : request.header("Authorization", "Bearer " + token);
    }

    public Answer get(String path) throws Exception {
        return send(request(path));
    }

    /** A change with an {@code Idempotency-Key}. */
    public Answer post(String path, String key, String body) throws Exception {
        return send(request(path)
                .header("Idempotency-Key", key)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    public Answer send(HttpRequest.Builder request) throws Exception {
        return new Answer(http.send(request.build(), HttpResponse.BodyHandlers.ofString()));
    }

    /** The lines of an event stream as they come. */
    public HttpResponse<Stream<String>> stream(HttpRequest.Builder request) throws Exception {
        return http.send(request.build(), HttpResponse.BodyHandlers.ofLines());
    }

    @Override
    public void close() {
        http.shutdownNow();
    }
}
