package dev.kekkai.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kekkai.testing.admin.ApiClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the audit trail has of who came in over the admin API. On a server that refused nobody else: beyond a rate refusals are only counted. */
class AdminApiRecordIT {
    @TempDir
    static Path folder;

    private static AdminApiFixture api;

    @BeforeAll
    static void a_server_runs() throws Exception {
        api = AdminApiFixture.start(folder);
    }

    @AfterAll
    static void it_is_stopped() {
        api.close();
    }

    @Test
    void logins_and_refusals_are_recorded_and_no_token_is() throws Exception {
        String token = api.issuer().token("nora", "kekkai-viewers");
        ApiClient nora = api.anonymous().withToken(token);
        nora.get("/api/v1/overview");
        nora.get("/api/v1/overview");
        nora.get("/api/v1/audit");
        nora.post(
                "/api/v1/keyrings/" + UUID.randomUUID() + "/rotations",
                UUID.randomUUID().toString(),
                "{}");

        String caller = "oidc:nora (sub sub-of-nora)";
        List<JsonNode> hers = api.kekkai().audit().stream()
                .filter(record -> record.get("caller").path("subject").asText().equals(caller))
                .toList();
        assertThat(hers.stream()
                        .map(record -> record.get("action").asText() + " "
                                + record.get("outcome").asText()))
                .containsExactly("login done", "api.read refused", "key.rotate refused");
        assertThat(hers.get(1).get("reason").asText())
                .contains("GET /api/v1/audit")
                .contains("viewer");
        for (Path file : List.of(api.kekkai().state().resolve("audit.jsonl"))) {
            assertThat(Files.readString(file)).doesNotContain(token.substring(token.lastIndexOf('.')));
        }
        assertThat(api.server().output()).doesNotContain(token.substring(token.lastIndexOf('.')));
    }
}
