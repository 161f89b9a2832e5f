package dev.kekkai.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kekkai.testing.admin.ApiClient;
import dev.kekkai.testing.admin.ApiClient.Answer;
import dev.kekkai.testing.process.GatewayHost;
import dev.kekkai.testing.process.Installation;
import dev.kekkai.testing.process.Recipe;
import java.net.http.HttpRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Orders about nodes and policies through the admin API of a gateway: what is refused, repeated, only tried, or too late. */
class AdminApiFleetOrdersIT {
    private static final String SECOND = "0a0b0c0d-1111-4222-8333-444455556666";
    private static final String NODES = "/api/v1/tenants/default/nodes";
    private static final String POLICIES = "/api/v1/tenants/default/policies";

    @TempDir
    static Path folder;

    private static AdminApiFixture api;
    private static ApiClient viewer;
    private static ApiClient operator;

    @BeforeAll
    static void serve() throws Exception {
        Installation kekkai = Installation.withKey(Files.createDirectory(folder.resolve("gateway")));
        GatewayHost host = GatewayHost.of(kekkai);
        Path tenants = Files.createDirectory(folder.resolve("tenants"));
        Files.writeString(tenants.resolve("second.yaml"), "tenant: { id: \"" + SECOND + "\" }\n");
        kekkai.environment("KEKKAI_TENANTS_FOLDER", tenants.toString());
        kekkai.run("key", "create", "--tenant", "second", "--new-keyring").succeeded();
        api = AdminApiFixture.start(folder, host);
        viewer = api.in("kekkai-viewers");
        operator = api.in("kekkai-operators");
    }

    @AfterAll
    static void end() {
        api.close();
    }

    private static String ek(String digits) {
        return "000b" + digits.repeat(32);
    }

    private static String order(String name, String digits) {
        return "{\"nodes\":[{\"name\":\"" + name + "\",\"ek\":\"" + ek(digits) + "\"}]}";
    }

    private static Answer enrol(String name, String digits) throws Exception {
        Answer answer = operator.post(NODES, key(), order(name, digits));
        assertThat(answer.status()).as("%s", answer).isEqualTo(201);
        return answer;
    }

    private static String alternative(String name, String kernel) {
        return "{\"name\":\"" + name + "\",\"rules\":[{\"pcr\":4,\"values\":[\"" + kernel.repeat(32)
                + "\"]},{\"pcr\":7,\"values\":[\"" + "77".repeat(32) + "\"]}]}";
    }

    private static List<String> names() throws Exception {
        return viewer.get(NODES + "?limit=200").json().get("nodes").findValuesAsText("name");
    }

    private static Answer changed(String path, String ifMatch, String body) throws Exception {
        return operator.send(operator.request(path)
                .header("Idempotency-Key", key())
                .header("If-Match", ifMatch)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    @Test
    void a_dry_run_says_what_would_be_done_and_does_nothing() throws Exception {
        Answer answer = operator.post(NODES + "?dryRun=true", key(), order("never", "d1"));

        assertThat(answer.status()).as("%s", answer).isEqualTo(200);
        assertThat(answer.json().get("changed").asBoolean()).isFalse();
        assertThat(answer.json().at("/said/0").asText()).contains("would be enrolled");
        assertThat(names()).doesNotContain("never");
        operator.post(POLICIES + "/dry/alternatives?dryRun=true", key(), alternative("one", "41"));
        assertThat(viewer.get(POLICIES + "/dry").code()).isEqualTo("no-such-policy");
        assertThat(api.kekkai().audit())
                .as("it is not recorded")
                .noneMatch(record -> record.get("reason").asText().contains("never"));
    }

    @Test
    void an_order_that_is_repeated_with_its_key_is_carried_out_once() throws Exception {
        String key = key();

        Answer first = operator.post(NODES, key, order("once", "01"));
        Answer again = operator.post(NODES, key, order("once", "01"));
        Answer other = operator.post(NODES, key, order("twice", "02"));

        assertThat(first.status()).as("%s", first).isEqualTo(201);
        assertThat(again.header("Idempotency-Replayed")).isEqualTo("true");
        assertThat(again.http().body()).isEqualTo(first.http().body());
        assertThat(again.header("Location")).isEqualTo(first.header("Location"));
        assertThat(other.code()).isEqualTo("idempotency-key-reused");
        assertThat(names()).contains("once").doesNotContain("twice");
    }

    @Test
    void many_are_enrolled_all_or_none() throws Exception {
        enrol("here-already", "11");

        Answer clash = operator.post(
                NODES,
                key(),
                "{\"nodes\":[{\"name\":\"rack-1\",\"ek\":\"" + ek("12") + "\"},{\"name\":\"rack-2\",\"ek\":\""
                        + ek("11") + "\"}]}");
        Answer both = operator.post(
                NODES,
                key(),
                "{\"nodes\":[{\"name\":\"rack-3\",\"ek\":\"" + ek("13") + "\"},{\"name\":\"rack-4\",\"ek\":\""
                        + ek("14") + "\",\"group\":\"storage\"}]}");

        assertThat(clash.status()).as("%s", clash).isEqualTo(409);
        assertThat(clash.json().get("detail").asText()).contains("enrolled already, for node 'here-already'");
        assertThat(both.status()).as("%s", both).isEqualTo(201);
        assertThat(names()).contains("rack-3", "rack-4").doesNotContain("rack-1", "rack-2");
    }

    @Test
    void who_changes_what_has_changed_meanwhile_is_told() throws Exception {
        String place = enrol("contended", "21").header("Location");
        String seen = viewer.get(place).header("ETag");
        String list = viewer.get(NODES).header("ETag");
        changed(place + "/evict", seen, "");

        Answer late = changed(place + "/re-baseline", seen, "");
        Answer lateToo = changed(NODES, list, order("late", "22"));
        operator.post(POLICIES + "/contended/alternatives", key(), alternative("one", "41"));
        String policy = viewer.get(POLICIES + "/contended").header("ETag");
        Answer activated = changed(POLICIES + "/contended/alternatives/one/activate", policy, "");
        Answer latest = changed(POLICIES + "/contended/audit-only", policy, "");

        assertThat(List.of(late, lateToo, latest)).allSatisfy(answer -> {
            assertThat(answer.status()).as("%s", answer).isEqualTo(412);
            assertThat(answer.code()).isEqualTo("precondition-failed");
        });
        assertThat(activated.status()).as("%s", activated).isEqualTo(200);
        assertThat(names()).doesNotContain("late");
        assertThat(viewer.get(POLICIES + "/contended").json().get("auditOnly").asBoolean())
                .isFalse();
        assertThat(changed(NODES, viewer.get(NODES).header("ETag"), order("in-time", "23"))
                        .status())
                .isEqualTo(201);
    }

    @Test
    void what_was_changed_on_the_host_a_moment_ago_counts_too() throws Exception {
        String place = enrol("both-ways", "31").header("Location");
        String seen = viewer.get(place).header("ETag");

        api.kekkai().run("node", "evict", "both-ways").succeeded();

        assertThat(changed(place + "/re-baseline", seen, "").code()).isEqualTo("precondition-failed");
        Answer again = operator.post(place + "/evict", key(), "");
        assertThat(again.status()).as("%s", again).isEqualTo(200);
        assertThat(again.json().get("changed").asBoolean()).isFalse();
        assertThat(again.json().at("/said/0").asText()).contains("was evicted before");
    }

    @Test
    void an_evicted_board_comes_back_by_the_operators_word_alone() throws Exception {
        String place = enrol("board", "41").header("Location");
        operator.post(place + "/evict", key(), "");

        Answer without = operator.post(NODES, key(), order("board", "41"));
        Answer with = operator.post(
                NODES, key(), "{\"nodes\":[{\"name\":\"board\",\"ek\":\"" + ek("41") + "\",\"afterEviction\":true}]}");

        assertThat(without.code()).isEqualTo("refused");
        assertThat(with.status()).as("%s", with).isEqualTo(201);
        assertThat(with.header("Location")).isNotEqualTo(place);
    }

    @Test
    void nobody_is_meant_by_another_who_is_called_like_its_uuid() throws Exception {
        String place = enrol("meant", "51").header("Location");
        String id = place.substring(place.lastIndexOf('/') + 1);
        Answer namesake = enrol(id, "52");

        operator.post(place + "/evict", key(), "");

        assertThat(viewer.get(place).json().get("state").asText()).isEqualTo("EVICTED");
        assertThat(viewer.get(namesake.header("Location")).json().get("state").asText())
                .isEqualTo("ENROLLED");
    }

    @Test
    void a_policy_lives_through_the_api_alone() throws Exception {
        String policy = POLICIES + "/staged";
        assertThat(operator.post(policy + "/alternatives", key(), alternative("old", "41"))
                        .status())
                .isEqualTo(201);
        operator.post(policy + "/alternatives/old/activate", key(), "");
        operator.post(policy + "/audit-only", key(), "");
        JsonNode watched = viewer.get(policy).json();
        assertThat(watched.get("auditOnly").asBoolean()).isTrue();
        assertThat(watched.get("weaknesses")).isNotEmpty();
        operator.post(policy + "/enforce", key(), "");
        operator.post(policy + "/alternatives/old/retire", key(), "");

        JsonNode now = viewer.get(policy).json();
        assertThat(now.get("auditOnly").asBoolean()).isFalse();
        assertThat(now.at("/alternatives/0/state").asText()).isEqualTo("RETIRED");
        Answer back = operator.post(policy + "/alternatives/old/activate", key(), "");
        assertThat(back.status()).isEqualTo(409);
        assertThat(back.json().get("detail").asText()).contains("only a PENDING one becomes ACTIVE");
        assertThat(api.kekkai().run("policy", "show", "staged").succeeded().out())
                .as("the host sees the same")
                .contains("retired");
    }

    @Test
    void every_error_is_a_problem_with_a_code() throws Exception {
        String place = operator.post(
                        NODES,
                        key(),
                        "{\"nodes\":[{\"name\":\"wrong\",\"ek\":\"" + ek("61") + "\",\"group\":\"none\"}]}")
                .header("Location");
        record Case(Answer answer, int status, String code) {}
        List<Case> cases = List.of(
                new Case(viewer.get("/api/v1/tenants/elsewhere"), 404, "no-such-tenant"),
                new Case(viewer.get(NODES + "/" + UUID.randomUUID()), 404, "no-such-node"),
                new Case(operator.post(NODES + "/" + UUID.randomUUID() + "/evict", key(), ""), 404, "no-such-node"),
                new Case(operator.post(POLICIES + "/none/audit-only", key(), ""), 404, "no-such-policy"),
                new Case(operator.post(POLICIES + "/none/alternatives/x/activate", key(), ""), 404, "no-such-policy"),
                new Case(viewer.get(place + "/policy-diff"), 404, "no-such-policy"),
                new Case(operator.post(NODES, key(), "{\"nodes\":[]}"), 400, "body-not-understood"),
                new Case(operator.post(NODES, key(), "{\"nodes\":[null]}"), 400, "body-not-understood"),
                new Case(operator.post(NODES, key(), ""), 400, "body-not-understood"),
                new Case(operator.post(NODES, key(), "{\"nodes\":[{\"name\":\"x\"}]}"), 400, "body-not-understood"),
                new Case(operator.post(NODES, key(), order("x", "6")), 400, "body-not-understood"),
                new Case(operator.post(NODES, key(), order("not a name", "62")), 400, "body-not-understood"),
                new Case(operator.post(NODES, "", order("x", "63")), 400, "idempotency-key-required"),
                new Case(
                        operator.post(POLICIES + "/wrong/alternatives", key(), "{\"name\":\"x\",\"rule\":[]}"),
                        400,
                        "body-not-understood"),
                new Case(operator.post(POLICIES + "/wrong/alternatives", key(), ""), 400, "body-not-understood"),
                new Case(
                        operator.post(POLICIES + "/wrong/alternatives", key(), alternative("x", "zz")),
                        400,
                        "body-not-understood"),
                new Case(viewer.post(place + "/evict", key(), ""), 403, "role-missing"));

        for (Case one : cases) {
            assertThat(one.answer().status()).as("%s", one.answer()).isEqualTo(one.status());
            assertThat(one.answer().code()).as("%s", one.answer()).isEqualTo(one.code());
            assertThat(one.answer().header("Content-Type")).startsWith("application/problem+json");
        }
        assertThat(cases.get(13).answer().json().get("detail").asText())
                .as("the parser of the command line says where")
                .contains("the body, line 1")
                .contains("rules");
        assertThat(api.kekkai().audit()).anySatisfy(record -> {
            assertThat(record.get("action").asText()).isEqualTo("node.evict");
            assertThat(record.get("outcome").asText()).isEqualTo("refused");
            assertThat(record.get("reason").asText()).contains("your role is viewer");
        });
    }

    @Test
    void a_node_that_was_never_quoted_cannot_be_compared() throws Exception {
        operator.post(POLICIES + "/unseen/alternatives", key(), alternative("one", "41"));
        Answer enrolled = operator.post(
                NODES, key(), "{\"nodes\":[{\"name\":\"unseen\",\"ek\":\"" + ek("71") + "\",\"group\":\"unseen\"}]}");

        Answer diff = viewer.get(enrolled.header("Location") + "/policy-diff");

        assertThat(diff.status()).as("%s", diff).isEqualTo(409);
        assertThat(diff.code()).isEqualTo("not-measured");
    }

    @Test
    void nodes_come_in_pages_that_end() throws Exception {
        for (String digits : List.of("81", "82", "83")) {
            enrol("page-" + digits, digits);
        }
        List<String> names = new ArrayList<>();
        String cursor = "";
        do {
            JsonNode page = viewer.get(NODES + "?limit=2" + cursor).json();
            names.addAll(page.get("nodes").findValuesAsText("name"));
            cursor = page.get("next").isNull()
                    ? ""
                    : "&cursor=" + page.get("next").asText();
        } while (!cursor.isEmpty());

        assertThat(names).contains("page-81", "page-82", "page-83").isSorted();
        assertThat(viewer.get(NODES + "?limit=0").code()).isEqualTo("parameter-not-understood");
    }

    @Test
    void a_second_tenant_has_its_own_nodes_and_its_own_keyring() throws Exception {
        Answer enrolled = operator.post("/api/v1/tenants/second/nodes", key(), order("cp-1", "91"));
        assertThat(enrolled.status()).as("%s", enrolled).isEqualTo(201);
        assertThat(viewer.get("/api/v1/tenants/" + SECOND + "/nodes")
                        .json()
                        .at("/nodes/0/ek")
                        .asText())
                .isEqualTo(ek("91"));
        assertThat(viewer.get(enrolled.header("Location").replace(SECOND, "default"))
                        .code())
                .as("not the default tenant's")
                .isEqualTo("no-such-node");

        JsonNode tenants = viewer.get("/api/v1/tenants").json().get("tenants");
        assertThat(tenants.findValuesAsText("name")).contains("default", "second");
        JsonNode second = viewer.get("/api/v1/tenants/second").json().get("tenant");
        assertThat(second.get("id").asText()).isEqualTo(SECOND);
        assertThat(second.at("/keyring/tenant").asText()).isEqualTo(SECOND);
        assertThat(second.at("/nodes/ENROLLED").asInt()).isEqualTo(1);
        assertThat(second.at("/groups/0/name").asText()).isEqualTo("control-plane");
        assertThat(second.at("/groups/0/policy").asBoolean()).isFalse();

        assertThat(viewer.get("/api/v1/keyrings").json().get("keyrings").findValuesAsText("tenant"))
                .contains(SECOND)
                .hasSize(2);
        Answer rotated = operator.post("/api/v1/keyrings/" + SECOND + "/rotations", key(), "{}");
        assertThat(rotated.status()).as("%s", rotated).isEqualTo(201);
        await().untilAsserted(() -> assertThat(viewer.get("/api/v1/tenants/second")
                        .json()
                        .at("/tenant/keyring/activeVersion")
                        .asInt())
                .isEqualTo(2));
    }

    @Test
    void the_recipe_of_the_documentation_enrols_a_node_and_activates_its_policy() throws Exception {
        Path desk = Files.createDirectory(folder.resolve("desk"));
        Files.copy(api.certificates().file("server-ca.crt"), desk.resolve("ca.pem"));
        Files.copy(api.certificates().file("alice.crt"), desk.resolve("alice.crt"));
        Files.copy(api.certificates().file("alice.key"), desk.resolve("alice.key"));
        Files.writeString(desk.resolve("first.json"), alternative("first", "41"));

        Recipe.ofAdminApi("enrol")
                .run(desk, Map.of("KEKKAI", "https://127.0.0.1:" + api.port(), "EK", ek("a1")))
                .succeeded();

        assertThat(names()).contains("cp-1");
        assertThat(viewer.get(POLICIES + "/control-plane")
                        .json()
                        .at("/alternatives/0/state")
                        .asText())
                .isEqualTo("ACTIVE");
        assertThat(api.kekkai().audit()).anySatisfy(record -> {
            assertThat(record.get("action").asText()).isEqualTo("node.enroll");
            assertThat(record.at("/caller/subject").asText()).isEqualTo("cert:/O=Example/CN=alice");
        });
    }

    private static String key() {
        return UUID.randomUUID().toString();
    }
}
