package dev.kekkai.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kekkai.testing.admin.ApiClient;
import dev.kekkai.testing.admin.ApiClient.Answer;
import dev.kekkai.testing.admin.OidcIssuer;
import dev.kekkai.testing.process.Finished;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.http.HttpRequest;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who gets in through the admin API, and who does not. */
class AdminApiAccessIT {
    private static final Path DESCRIPTION = Path.of("src/main/resources/openapi/admin-v1.json");
    private static final Set<String> EVERYBODY = Set.of("viewer", "operator", "approver", "auditor");
    /** What is not for everybody who has a role. */
    private static final Map<String, Set<String>> RESERVED = new TreeMap<>(Map.ofEntries(
            Map.entry("createVersion", Set.of("operator")),
            Map.entry("rotate", Set.of("operator")),
            Map.entry("retireVersion", Set.of("operator")),
            Map.entry("disableVersion", Set.of("operator")),
            Map.entry("enableVersion", Set.of("operator")),
            Map.entry("destroyVersion", Set.of("operator")),
            Map.entry("approve", Set.of("approver")),
            Map.entry("reject", Set.of("operator", "approver")),
            Map.entry("enrollNodes", Set.of("operator")),
            Map.entry("evictNode", Set.of("operator")),
            Map.entry("rebaselineNode", Set.of("operator")),
            Map.entry("addAlternative", Set.of("operator")),
            Map.entry("activateAlternative", Set.of("operator")),
            Map.entry("retireAlternative", Set.of("operator")),
            Map.entry("auditPolicyOnly", Set.of("operator")),
            Map.entry("enforcePolicy", Set.of("operator")),
            Map.entry("searchAudit", Set.of("auditor"))));

    @TempDir
    static Path folder;

    private static AdminApiFixture api;
    private static ApiClient anonymous;

    @BeforeAll
    static void serve() throws Exception {
        api = AdminApiFixture.start(folder);
        anonymous = api.anonymous();
    }

    @AfterAll
    static void end() {
        api.close();
    }

    /** One operation of the description. */
    private record Operation(String method, String path, String id) {
        Answer call(ApiClient client) throws Exception {
            // A tenant and a version that do not exist: who is let in changes nothing either.
            HttpRequest.Builder request = client.request(
                    path.replaceAll("\\{keyring}", UUID.randomUUID().toString()).replaceAll("\\{[a-z]+}", "4711"));
            return client.send(
                    method.equals("POST")
                            ? request.header(
                                            "Idempotency-Key", UUID.randomUUID().toString())
                                    .header("Content-Type", "application/json")
                                    .POST(HttpRequest.BodyPublishers.ofString("{}"))
                            : request.GET());
        }
    }

    private static List<Operation> operations() throws IOException {
        List<Operation> operations = new ArrayList<>();
        JsonNode paths = new ObjectMapper().readTree(DESCRIPTION.toFile()).get("paths");
        paths.propertyStream().forEach(path -> path.getValue()
                .propertyStream()
                .forEach(operation -> operations.add(new Operation(
                        operation.getKey().toUpperCase(Locale.ROOT),
                        path.getKey(),
                        operation.getValue().path("operationId").asText()))));
        return operations;
    }

    @Test
    void every_operation_refuses_whoever_is_not_logged_in() throws Exception {
        assertThat(operations()).hasSizeGreaterThan(30);
        for (Operation operation : operations()) {
            Answer answer = operation.call(anonymous);

            assertThat(answer.status()).as("%s: %s", operation, answer).isEqualTo(401);
            assertThat(answer.code()).isEqualTo("not-authenticated");
            assertThat(answer.header("WWW-Authenticate")).startsWith("Bearer");
        }
    }

    @Test
    void every_operation_refuses_each_role_that_may_not_and_no_other() throws Exception {
        assertThat(operations().stream().map(Operation::id)).containsAll(RESERVED.keySet());
        for (String role : EVERYBODY) {
            ApiClient client = api.in("kekkai-" + role + "s");
            for (Operation operation : operations()) {
                if (operation.id().equals("streamEvents")) {
                    continue; // does not end by itself: AdminApiEventsIT
                }
                Answer answer = operation.call(client);

                if (RESERVED.getOrDefault(operation.id(), EVERYBODY).contains(role)) {
                    assertThat(answer.status())
                            .as("%s, %s: %s", role, operation, answer)
                            .isIn(200, 400, 404);
                } else {
                    assertThat(answer.status())
                            .as("%s, %s: %s", role, operation, answer)
                            .isEqualTo(403);
                    assertThat(answer.code()).isEqualTo("role-missing");
                }
            }
        }
    }

    @Test
    void a_group_that_is_called_like_a_role_is_worth_nothing() throws Exception {
        assertThat(api.in("operator").get("/api/v1/overview").code()).isEqualTo("role-missing");
        assertThat(api.in("kekkai-viewers").get("/api/v1/overview").status()).isEqualTo(200);
    }

    @Test
    void a_token_counts_only_as_the_issuer_made_it_for_us_and_in_its_time() throws Exception {
        Map<String, Object> good = api.issuer().claims("eve", "kekkai-operators");
        assertThat(with(api.issuer().token(good))).isEqualTo(200);

        assertThat(with(api.issuer().token(changed(good, "aud", "another")))).isEqualTo(401);
        assertThat(with(api.issuer().token(changed(good, "iss", "https://evil.example"))))
                .isEqualTo(401);
        assertThat(with(api.issuer()
                        .token(changed(
                                good, "exp", Instant.now().minusSeconds(300).getEpochSecond()))))
                .isEqualTo(401);
        assertThat(with(api.issuer()
                        .token(changed(
                                good, "nbf", Instant.now().plusSeconds(300).getEpochSecond()))))
                .as("of a time to come")
                .isEqualTo(401);
        assertThat(with(api.issuer().token(without(good, "exp"))))
                .as("for ever")
                .isEqualTo(401);
        assertThat(with(api.issuer().token(without(good, "aud"))))
                .as("for everybody")
                .isEqualTo(401);
        assertThat(with(api.issuer().token(without(good, "iss"))))
                .as("by nobody")
                .isEqualTo(401);
        assertThat(with("not-a-token")).isEqualTo(401);
        assertThat(anonymous
                        .withToken(api.issuer().forged(good))
                        .get("/api/v1/overview")
                        .code())
                .isEqualTo("credentials-refused");
    }

    @Test
    void a_signature_counts_only_by_the_key_of_the_issuer_and_its_algorithm() throws Exception {
        Map<String, Object> good = api.issuer().claims("eve", "kekkai-operators");

        assertThat(with(api.issuer().unsigned(good))).as("alg none").isEqualTo(401);
        assertThat(with(api.issuer().macByPublicKey(good)))
                .as("HS256 by the public key")
                .isEqualTo(401);
        assertThat(with(api.issuer().withOwnKey(good)))
                .as("by a key in the header")
                .isEqualTo(401);
        assertThat(with(api.issuer().forged(good))).as("by another key").isEqualTo(401);
        try (OidcIssuer other = OidcIssuer.start()) {
            assertThat(with(other.token(other.claims("eve", "kekkai-operators"))))
                    .as("by another issuer, whose key has the same kid")
                    .isEqualTo(401);
            assertThat(with(other.token(good)))
                    .as("by another issuer, under the name of ours")
                    .isEqualTo(401);
        }
        assertThat(with(api.issuer().token(good))).isEqualTo(200);
    }

    @Test
    void a_token_of_another_kind_is_no_access_token() throws Exception {
        Map<String, Object> good = api.issuer().claims("eve", "kekkai-operators");

        assertThat(with(api.issuer().typed("at+jwt", good)))
                .as("as RFC 9068 has them")
                .isEqualTo(200);
        assertThat(with(api.issuer().token(changed(good, "typ", "Bearer"))))
                .as("as Keycloak has them")
                .isEqualTo(200);
        assertThat(with(api.issuer().token(changed(good, "typ", "ID"))))
                .as("Keycloak's ID token")
                .isEqualTo(401);
        assertThat(with(api.issuer().token(changed(good, "at_hash", "MTIzNDU2Nzg5MDEyMzQ1Ng"))))
                .as("an ID token that went with an access token")
                .isEqualTo(401);
        assertThat(with(api.issuer().typed("logout+jwt", good)))
                .as("a logout token")
                .isEqualTo(401);
        assertThat(with(api.issuer().token(changed(good, "events", Map.of()))))
                .as("a security event")
                .isEqualTo(401);
    }

    private static Map<String, Object> without(Map<String, Object> claims, String name) {
        Map<String, Object> fewer = new TreeMap<>(claims);
        fewer.remove(name);
        return fewer;
    }

    private static int with(String token) throws Exception {
        return anonymous.withToken(token).get("/api/v1/overview").status();
    }

    private static Map<String, Object> changed(Map<String, Object> claims, String name, Object value) {
        Map<String, Object> changed = new TreeMap<>(claims);
        changed.put(name, value);
        return changed;
    }

    @Test
    void a_certificate_counts_by_its_subject_or_an_alternative_name() throws Exception {
        assertThat(as("alice", "/api/v1/overview")).isEqualTo(200);
        assertThat(as("console", "/api/v1/overview")).isEqualTo(200);
        assertThat(as("mallory", "/api/v1/overview")).isEqualTo(403);
        assertThat(as("alice", "/api/v1/audit")).as("alice is an operator only").isEqualTo(403);
    }

    @Test
    void a_certificate_of_another_authority_does_not_get_as_far_as_http() throws Exception {
        // curl sends it; the JDK's client would see that the server does not ask for that authority, and send none.
        assertThat(curl("alice").exitCode()).isZero();

        Finished refused = curl("stranger");

        assertThat(refused.exitCode()).isNotZero();
        assertThat(refused.out()).isEmpty();
        assertThat(refused.err()).contains("alert");
    }

    private static Finished curl(String name) throws Exception {
        return Finished.of(
                api.certificates().file(""),
                Map.of(),
                List.of(
                        "curl",
                        "-sS",
                        "--cacert",
                        "server-ca.crt",
                        "--cert",
                        name + ".crt",
                        "--key",
                        name + ".key",
                        "https://127.0.0.1:" + api.port() + "/api/v1/overview"));
    }

    private static int as(String name, String path) throws Exception {
        try (ApiClient client = ApiClient.withCertificate(api.port(), api.certificates(), name)) {
            return client.get(path).status();
        }
    }

    @Test
    void a_stranger_cannot_fill_the_trail() throws Exception {
        long before = refusals();
        for (int i = 0; i < 300; i++) {
            anonymous.get("/api/v1/overview");
        }

        assertThat(refusals() - before).isBetween(1L, 200L);
        await().untilAsserted(() -> {
            anonymous.get("/api/v1/overview");
            assertThat(api.kekkai().audit())
                    .as("how many were not recorded is")
                    .anyMatch(record -> record.get("reason").asText().contains("more refusals since"));
        });
    }

    private static long refusals() throws IOException {
        return api.kekkai().audit().stream()
                .filter(record -> record.get("outcome").asText().equals("refused"))
                .count();
    }

    @Test
    void nothing_else_is_answered_on_the_admin_port() throws Exception {
        ApiClient operator = api.in("kekkai-operators");
        for (String path : List.of(
                "/",
                "/q",
                "/q/health",
                "/q/openapi",
                "/q/dev-ui",
                "/q/swagger-ui",
                "/livez",
                "/readyz",
                "/metrics",
                "/openapi",
                "/api",
                "/api/v1",
                "/api/v1/",
                "/api/v1/../../q/health")) {
            assertThat(operator.get(path).status()).as(path).isEqualTo(404);
        }
        for (String path : List.of("/api/v1/overview", "/q/openapi", "/q/arc")) {
            assertThat(api.server().probe(path).statusCode())
                    .as("management port %s", path)
                    .isEqualTo(404);
        }
        List<InetSocketAddress> listeners = api.server().listeners();
        assertThat(listeners).hasSize(2).allMatch(listener -> listener.getAddress()
                .isLoopbackAddress());
    }

    @Test
    void a_page_of_another_origin_gets_no_leave_to_read() throws Exception {
        Answer answer = anonymous.send(anonymous.request("/api/v1/overview").header("Origin", "https://evil.example"));
        Answer preflight = anonymous.send(anonymous
                .request("/api/v1/overview")
                .header("Origin", "https://evil.example")
                .header("Access-Control-Request-Method", "GET")
                .method("OPTIONS", HttpRequest.BodyPublishers.noBody()));

        assertThat(answer.header("Access-Control-Allow-Origin")).isEmpty();
        assertThat(preflight.header("Access-Control-Allow-Origin")).isEmpty();
    }

    @Test
    void the_description_is_the_one_of_this_build() throws Exception {
        JsonNode served = api.in("kekkai-viewers").get("/api/v1/openapi").json();

        assertThat(served).isEqualTo(new ObjectMapper().readTree(DESCRIPTION.toFile()));
        assertThat(served)
                .as(
                        "the committed description is not what the code says: cp target/openapi/admin-v1.json %s",
                        DESCRIPTION)
                .isEqualTo(new ObjectMapper()
                        .readTree(Path.of("target/openapi/admin-v1.json").toFile()));
    }
}
