package dev.kekkai.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kekkai.id.TenantId;
import dev.kekkai.testing.admin.ApiClient;
import dev.kekkai.testing.admin.ApiClient.Answer;
import dev.kekkai.testing.agent.BootedTpm;
import dev.kekkai.testing.process.AgentNode;
import dev.kekkai.testing.process.GatewayHost;
import dev.kekkai.testing.process.Installation;
import dev.kekkai.testing.process.KekkaiProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A gateway, a TPM and an agent, and an operator who is not on the host: what a console shows and does of a node's life. */
class AdminApiFleetIT {
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final String TENANT = "/api/v1/tenants/default";
    private static final String POLICY = TENANT + "/policies/control-plane";

    @TempDir
    Path folder;

    private AdminApiFixture api;
    private ApiClient viewer;
    private ApiClient operator;
    private BootedTpm tpm;
    private AgentNode node;

    @BeforeEach
    void a_gateway_serves_and_a_node_is_installed_that_nobody_enrolled() throws Exception {
        Installation kekkai = Installation.withKey(Files.createDirectory(folder.resolve("gateway")));
        GatewayHost host = GatewayHost.of(kekkai);
        Path tenants = Files.createDirectory(folder.resolve("tenants"));
        Files.writeString(tenants.resolve("default.yaml"), "tenant: { pending: true }\n");
        kekkai.environment("KEKKAI_TENANTS_FOLDER", tenants.toString());
        api = AdminApiFixture.start(folder, host);
        viewer = api.in("kekkai-viewers");
        operator = api.in("kekkai-operators");
        tpm = BootedTpm.start();
        node = AgentNode.install(folder.resolve("node"), place(), host.roots(), List.of(host.address()));
        Files.writeString(
                node.config(),
                Files.readString(node.config())
                        .replace("  agent:\n", "  agent:\n    tenant: " + TenantId.DEFAULT + "\n"));
    }

    @AfterEach
    void end() throws Exception {
        api.close();
        tpm.close();
    }

    private String place() {
        return "unix:" + tpm.address().path();
    }

    @Test
    void a_machine_that_waits_is_compared_enrolled_let_in_diffed_and_evicted_without_a_word_on_the_host()
            throws Exception {
        List<String> heard = listen();
        try (KekkaiProcess agent = node.serve()) {
            String ek = node.run("node", "identity", "--tpm", place(), "-o", "json")
                    .succeeded()
                    .json()
                    .at("/ek/name")
                    .asText();
            await().atMost(PATIENCE).until(() -> !claims().isEmpty());
            JsonNode claim = claims().get(0);
            assertThat(claim.get("ek").asText())
                    .as("what the operator compares with the machine's own console")
                    .isEqualTo(ek);
            assertThat(claim.get("hostName").asText()).isEqualTo("node-1");
            assertThat(claim.get("source").asText()).contains("127.0.0.1");
            assertThat(viewer.get(TENANT + "/claims/" + ek).json().get("first")).isEqualTo(claim.get("first"));
            assertThat(screen().at("/tenant/waiting").asInt()).isEqualTo(1);
            assertThat(screen().at("/claims/0/ek").asText()).isEqualTo(ek);
            await().until(() -> heard.stream().anyMatch(line -> line.contains("\"waiting\":[\"" + ek)));

            done(operator.post(POLICY + "/alternatives", key(), alternative("first", "kernel")), 201);
            done(operator.post(POLICY + "/alternatives/first/activate", key(), ""), 200);
            Answer enrolled = done(
                    operator.post(
                            TENANT + "/nodes",
                            key(),
                            "{\"nodes\":[{\"name\":\"cp-1\",\"ek\":\"" + ek.substring(0, 36) + "\"}]}"),
                    201);
            String place = enrolled.header("Location");
            assertThat(viewer.get(place).json().get("ek").asText()).isEqualTo(ek);
            await().atMost(PATIENCE)
                    .until(() -> viewer.get(place).json().get("state").asText().equals("ADMITTED"));
            await().atMost(PATIENCE).until(() -> agent.probe("/readyz").statusCode() == 200);
            await().untilAsserted(
                            () -> assertThat(claims()).as("it waits no more").isEmpty());
            assertThat(viewer.get(TENANT + "/claims/" + ek).code()).isEqualTo("no-such-claim");

            diffs(place);
            isHeardOf(heard, "ADMITTED");
            done(operator.post(place + "/evict", key(), ""), 200);

            await().atMost(PATIENCE).until(() -> agent.probe("/readyz").statusCode() == 503);
            assertThat(viewer.get(place).json().get("state").asText()).isEqualTo("EVICTED");
            assertThat(screen().at("/tenant/nodes/EVICTED").asInt()).isEqualTo(1);
            isHeardOf(heard, "EVICTED");
            assertThat(heard).contains("event:node", "event:policy", "event:claims");
        }
        assertThat(audited("node.enroll", "policy.put", "node.evict"))
                .hasSize(7)
                .allSatisfy(record -> {
                    assertThat(record.get("api").asText()).isEqualTo("rest");
                    assertThat(record.at("/caller/subject").asText()).startsWith("oidc:somebody of kekkai-operators");
                    assertThat(record.get("outcome").asText()).isEqualTo("done");
                });
    }

    /** Looked at once a second: a state that passes sooner is in no event. */
    private static void isHeardOf(List<String> heard, String state) {
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(heard)
                .anyMatch(line -> line.contains("\"name\":\"cp-1\"") && line.contains("\"state\":\"" + state + "\"")));
    }

    /** What would fail and why, of the node as it was quoted and of two versions of the policy. */
    private void diffs(String place) throws Exception {
        JsonNode first = viewer.get(place + "/policy-diff").json();
        assertThat(first.get("holds").asBoolean()).as("%s", first).isTrue();
        done(operator.post(POLICY + "/alternatives", key(), alternative("second", "another kernel")), 201);

        JsonNode diff = viewer.get(place + "/policy-diff").json();
        JsonNode pending = diff.at("/alternatives/1");
        assertThat(diff.get("holds").asBoolean()).isTrue();
        assertThat(pending.get("name").asText()).isEqualTo("second");
        assertThat(pending.get("state").asText()).isEqualTo("PENDING");
        assertThat(pending.get("holds").asBoolean()).isFalse();
        assertThat(pending.at("/findings/0/reason").asText()).isEqualTo("pcr-mismatch");
        assertThat(pending.at("/findings/0/pcr").asInt()).isEqualTo(4);
        assertThat(pending.at("/findings/0/found").asText()).isEqualTo(pcr(4, "kernel"));
        assertThat(pending.at("/findings/0/expected/0").asText()).isEqualTo(pcr(4, "another kernel"));

        JsonNode versions = viewer.get(POLICY + "/diff?from=first&to=second").json();
        assertThat(versions.at("/onlyInFrom/0").asText()).isEqualTo("value PCR 04 " + pcr(4, "kernel"));
        assertThat(versions.at("/onlyInTo/0").asText()).isEqualTo("value PCR 04 " + pcr(4, "another kernel"));
        assertThat(screen().at("/tenant/groups/0/alternatives/PENDING").asInt()).isEqualTo(1);
        done(operator.post(POLICY + "/alternatives/second/activate", key(), ""), 200);
        done(operator.post(POLICY + "/alternatives/second/retire", key(), ""), 200);
    }

    private List<String> listen() throws Exception {
        List<String> heard = new CopyOnWriteArrayList<>();
        var answer = operator.stream(api.in("kekkai-viewers").request("/api/v1/events"));
        assertThat(answer.statusCode()).isEqualTo(200);
        Thread.ofPlatform().daemon().start(() -> answer.body().forEach(heard::add));
        await().until(() -> heard.contains(":listening"));
        return heard;
    }

    private JsonNode claims() throws Exception {
        return viewer.get(TENANT + "/claims").json().get("claims");
    }

    private JsonNode screen() throws Exception {
        return viewer.get(TENANT).json();
    }

    private static Answer done(Answer answer, int status) {
        assertThat(answer.status()).as("%s", answer).isEqualTo(status);
        assertThat(answer.json().get("changed").asBoolean()).as("%s", answer).isTrue();
        return answer;
    }

    private static String pcr(int index, String kernel) {
        return HexFormat.of().formatHex(BootedTpm.pcrs(kernel).get(index));
    }

    private static String alternative(String name, String kernel) {
        String rules = new TreeMap<>(BootedTpm.pcrs(kernel))
                .keySet().stream()
                        .map(pcr -> "{\"pcr\":" + pcr + ",\"values\":[\"" + pcr(pcr, kernel) + "\"]}")
                        .collect(Collectors.joining(","));
        return "{\"bank\":\"sha256\",\"name\":\"" + name + "\",\"rules\":[" + rules + "]}";
    }

    private List<JsonNode> audited(String... actions) throws Exception {
        return api.kekkai().audit().stream()
                .filter(record -> List.of(actions).contains(record.get("action").asText()))
                .toList();
    }

    private static String key() {
        return UUID.randomUUID().toString();
    }
}
