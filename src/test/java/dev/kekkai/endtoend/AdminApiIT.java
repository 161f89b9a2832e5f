package dev.kekkai.endtoend;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kekkai.testing.admin.ApiClient;
import dev.kekkai.testing.admin.ApiClient.Answer;
import java.net.http.HttpRequest;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What operators see and change through the admin API of a real server. */
class AdminApiIT {
    @TempDir
    static Path folder;

    private static AdminApiFixture api;
    private static ApiClient viewer;
    private static ApiClient operator;
    private static ApiClient auditor;
    private static String keyring;

    @BeforeAll
    static void serve() throws Exception {
        api = AdminApiFixture.start(folder);
        viewer = api.in("kekkai-viewers");
        operator = api.in("kekkai-operators");
        auditor = api.in("kekkai-auditors");
        keyring = "/api/v1/keyrings/"
                + viewer.get("/api/v1/keyrings").json().at("/keyrings/0/tenant").asText();
    }

    @AfterAll
    static void end() {
        api.close();
    }

    @Test
    void the_overview_says_in_one_call_how_everything_does() throws Exception {
        Answer answer = viewer.get("/api/v1/overview");

        assertThat(answer.status()).as("%s", answer).isEqualTo(200);
        JsonNode overview = answer.json();
        assertThat(overview.at("/role").asText()).isEqualTo("standalone");
        assertThat(overview.at("/health/healthy").asBoolean()).isTrue();
        assertThat(overview.at("/health/storeProblem").asText()).isEmpty();
        assertThat(overview.at("/hsm/link").asText()).isEqualTo("UP");
        assertThat(overview.at("/hsm/token/software").asBoolean()).isTrue();
        assertThat(overview.at("/hsm/sessions").asInt()).isEqualTo(8);
        assertThat(overview.at("/keyrings/0/keyId").asText()).startsWith("kekkai:");
        assertThat(overview.at("/keyrings/0/versions/ACTIVE").asInt()).isEqualTo(1);
        assertThat(overview.at("/nodes").asInt()).isEqualTo(-1);
        assertThat(viewer.get("/api/v1/health").json().get("healthy").asBoolean())
                .isTrue();
        assertThat(viewer.get("/api/v1/hsm").json().get("token")).isEqualTo(overview.at("/hsm/token"));
    }

    @Test
    void a_rotation_is_ordered_watched_and_called_off() throws Exception {
        Answer ordered = operator.post(keyring + "/rotations", key(), "{\"activateIn\":\"PT6H\"}");

        assertThat(ordered.status()).as("%s", ordered).isEqualTo(201);
        assertThat(ordered.json().get("changed").asBoolean()).isTrue();
        String place = ordered.header("Location");
        JsonNode waiting = viewer.get(place).json();
        assertThat(waiting.get("state").asText()).isEqualTo("SCHEDULED");
        assertThat(waiting.get("remainingSeconds").asLong()).isBetween(6 * 3600L - 120, 6 * 3600L);
        assertThat(waiting.get("keyId").isNull()).isTrue();
        assertThat(viewer.get(keyring).json().at("/scheduled/version").asInt())
                .isEqualTo(waiting.get("version").asInt());

        Answer second = operator.post(keyring + "/rotations", key(), "{}");
        assertThat(second.status()).as("%s", second).isEqualTo(409);
        assertThat(second.code()).isEqualTo("refused");
        assertThat(second.json().get("detail").asText()).contains("becomes ACTIVE at");

        Answer off =
                operator.post(keyring + "/versions/" + waiting.get("version").asInt() + "/retire", key(), "");
        assertThat(off.status()).as("%s", off).isEqualTo(200);
        assertThat(viewer.get(place).json().get("state").asText()).isEqualTo("CALLED_OFF");
        assertThat(api.kekkai().audit()).as("who did it is recorded").anySatisfy(record -> {
            assertThat(record.get("action").asText()).isEqualTo("key.schedule");
            assertThat(record.get("api").asText()).isEqualTo("rest");
            assertThat(record.get("caller").path("subject").asText())
                    .isEqualTo("oidc:somebody of kekkai-operators (sub sub-of-somebody of kekkai-operators)");
        });
    }

    @Test
    void a_change_that_is_repeated_with_its_key_is_made_once() throws Exception {
        String key = key();
        int before = versions();

        Answer first = operator.post(keyring + "/versions", key, "{}");
        Answer again = operator.post(keyring + "/versions", key, "{}");
        Answer other = operator.post(keyring + "/versions", key, "{\"newKeyring\":true}");

        assertThat(first.status()).as("%s", first).isEqualTo(201);
        assertThat(again.http().body()).isEqualTo(first.http().body());
        assertThat(again.status()).isEqualTo(201);
        assertThat(again.header("Idempotency-Replayed")).isEqualTo("true");
        assertThat(other.status()).isEqualTo(422);
        assertThat(other.code()).isEqualTo("idempotency-key-reused");
        assertThat(versions()).isEqualTo(before + 1);
        try (ApiClient alice = ApiClient.withCertificate(api.port(), api.certificates(), "alice")) {
            Answer another = alice.post(keyring + "/versions", key, "{}");
            assertThat(another.header("Idempotency-Replayed"))
                    .as("keys are their callers' own")
                    .isEmpty();
        }
    }

    @Test
    void a_change_without_a_key_is_refused() throws Exception {
        int before = versions();

        Answer answer = operator.send(operator.request(keyring + "/versions")
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString("{}")));

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.code()).isEqualTo("idempotency-key-required");
        assertThat(versions()).isEqualTo(before);
    }

    @Test
    void a_dry_run_says_what_would_be_done_and_does_nothing() throws Exception {
        int before = versions();

        Answer answer = operator.post(keyring + "/versions?dryRun=true", key(), "{}");

        assertThat(answer.status()).as("%s", answer).isEqualTo(200);
        assertThat(answer.json().get("changed").asBoolean()).isFalse();
        assertThat(answer.json().get("said").asText()).startsWith("would ");
        assertThat(versions()).isEqualTo(before);
    }

    @Test
    void who_changes_what_has_changed_meanwhile_is_told() throws Exception {
        String seen = viewer.get(keyring).header("ETag");
        operator.post(keyring + "/versions", key(), "{}");

        Answer late = operator.send(operator.request(keyring + "/versions")
                .header("Idempotency-Key", key())
                .header("If-Match", seen)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString("{}")));
        Answer now = operator.send(operator.request(keyring + "/versions")
                .header("Idempotency-Key", key())
                .header("If-Match", viewer.get(keyring).header("ETag"))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString("{}")));

        assertThat(late.status()).isEqualTo(412);
        assertThat(late.code()).isEqualTo("precondition-failed");
        assertThat(now.status()).as("%s", now).isEqualTo(201);
    }

    @Test
    void lists_come_in_pages_that_end() throws Exception {
        operator.post(keyring + "/versions", key(), "{}");
        List<Integer> numbers = new ArrayList<>();
        String cursor = "";
        do {
            JsonNode page = viewer.get(keyring + "/versions?limit=1" + cursor).json();
            page.get("versions")
                    .forEach(version -> numbers.add(version.get("number").asInt()));
            cursor = page.get("next").isNull()
                    ? ""
                    : "&cursor=" + page.get("next").asText();
        } while (!cursor.isEmpty());

        assertThat(numbers).hasSizeGreaterThan(1).isSorted().doesNotHaveDuplicates();
        assertThat(viewer.get(keyring + "/versions?limit=0").code()).isEqualTo("parameter-not-understood");
        assertThat(viewer.get(keyring + "/versions?limit=201").status()).isEqualTo(400);
        assertThat(viewer.get(keyring + "/versions?cursor=%20%20").status()).isEqualTo(400);
    }

    @Test
    void auditors_look_back_through_the_trail() throws Exception {
        operator.post(keyring + "/versions", key(), "{}");

        JsonNode page = auditor.get("/api/v1/audit?action=key.create&outcome=done&limit=1")
                .json();
        JsonNode record = page.at("/records/0");

        assertThat(record.get("api").asText()).isEqualTo("rest");
        assertThat(record.get("action").asText()).isEqualTo("key.create");
        JsonNode older = auditor.get("/api/v1/audit?action=key.create&limit=1&cursor="
                        + page.get("next").asText())
                .json();
        assertThat(older.at("/records/0/seq").asLong())
                .isLessThan(record.get("seq").asLong());
        assertThat(auditor.get("/api/v1/audit?from=2999-01-01T00:00:00Z").json().get("records"))
                .isEmpty();
        assertThat(auditor.get("/api/v1/audit?from=yesterday").code()).isEqualTo("parameter-not-understood");
        for (String forged : List.of("1", "1:1", "2:10", "../audit.jsonl:0", "1:-1", "99999999999999999999:1")) {
            String cursor = Base64.getUrlEncoder().withoutPadding().encodeToString(forged.getBytes(UTF_8));
            assertThat(auditor.get("/api/v1/audit?cursor=" + cursor).code())
                    .as("a cursor that points into a record, or to no file of the trail: %s", forged)
                    .isEqualTo("parameter-not-understood");
        }
    }

    @Test
    void every_error_is_a_problem_with_a_code_and_what_to_do() throws Exception {
        record Case(Answer answer, int status, String code) {}
        List<Case> cases = List.of(
                new Case(viewer.get("/api/v1/tenants/default/nodes"), 404, "fleet-not-served"),
                new Case(viewer.get("/api/v1/nothing"), 404, "no-such-resource"),
                new Case(viewer.get("/"), 404, "no-such-resource"),
                new Case(viewer.get("/api/v1/keyrings/" + UUID.randomUUID()), 404, "no-such-keyring"),
                new Case(viewer.get(keyring + "/versions/4711"), 404, "no-such-version"),
                new Case(operator.post(keyring + "/versions/4711/disable", key(), ""), 404, "no-such-version"),
                new Case(operator.post(keyring + "/versions/1/disable", key(), ""), 409, "refused"),
                new Case(
                        operator.post(keyring + "/versions", key(), "{\"newKeyrin\":true}"),
                        400,
                        "body-not-understood"),
                new Case(operator.post(keyring + "/versions", key(), "{"), 400, "body-not-understood"),
                new Case(
                        operator.post(keyring + "/rotations", key(), "{\"activateIn\":\"soon\"}"),
                        400,
                        "body-not-understood"),
                new Case(operator.post(keyring + "/versions", key(), " ".repeat(17_000)), 413, "too-large"),
                new Case(viewer.post("/api/v1/overview", key(), "{}"), 405, "method-not-allowed"));

        for (Case one : cases) {
            Answer answer = one.answer();
            assertThat(answer.status()).as("%s", answer).isEqualTo(one.status());
            assertThat(answer.header("Content-Type")).as("%s", answer).startsWith("application/problem+json");
            assertThat(answer.code()).as("%s", answer).isEqualTo(one.code());
            assertThat(answer.json().get("type").asText()).isEqualTo("urn:kekkai:problem:" + one.code());
            assertThat(answer.json().get("status").asInt()).isEqualTo(one.status());
            assertThat(answer.json().get("title").asText()).isNotEmpty();
            assertThat(answer.json().get("next").asText()).isNotEmpty();
            assertThat(answer.header("X-Content-Type-Options")).isEqualTo("nosniff");
            assertThat(answer.header("Cache-Control")).contains("no-store");
        }
    }

    private static int versions() throws Exception {
        return viewer.get(keyring + "/versions?limit=200")
                .json()
                .get("versions")
                .size();
    }

    private static String key() {
        return UUID.randomUUID().toString();
    }
}
