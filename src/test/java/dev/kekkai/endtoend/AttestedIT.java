package dev.kekkai.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kekkai.testing.agent.BootedTpm;
import dev.kekkai.testing.apiserver.ApiserverSimulator;
import dev.kekkai.testing.process.AgentNode;
import dev.kekkai.testing.process.GatewayHost;
import dev.kekkai.testing.process.Installation;
import dev.kekkai.testing.process.KekkaiProcess;
import dev.kekkai.testing.process.KmsClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Gateway and agent as processes of their own, with SoftHSM behind the one and TPMs behind the other. */
class AttestedIT {
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final String KERNEL = "kernel";

    @TempDir
    Path folder;

    private GatewayHost host;
    private KekkaiProcess gateway;
    private BootedTpm tpm;
    private AgentNode node;

    @BeforeEach
    void a_gateway_serves_and_a_node_is_installed() throws Exception {
        host = GatewayHost.of(Installation.withKey(Files.createDirectory(folder.resolve("gateway"))));
        gateway = host.serve();
        tpm = BootedTpm.start();
        node = AgentNode.install(folder.resolve("node"), place(tpm), host.roots(), List.of(host.address()));
    }

    @AfterEach
    void end() throws Exception {
        gateway.close();
        tpm.close();
    }

    private static String place(BootedTpm of) {
        return "unix:" + of.address().path();
    }

    /** As its operator reads it on the node. */
    private String ekName() throws Exception {
        return node.run("node", "identity", "--tpm", place(tpm), "-o", "json")
                .succeeded()
                .json()
                .get("ek")
                .get("name")
                .asText();
    }

    private static void awaitReady(KekkaiProcess agent) {
        await().atMost(PATIENCE).until(() -> agent.probe("/readyz").statusCode() == 200);
    }

    private void letIn() throws Exception {
        host.accept("first", BootedTpm.pcrs(KERNEL));
        host.enroll("cp-1", ekName());
    }

    /** The node was refused for that reason in each of these, by the audit trail. */
    private void refused(String code, String... actions) {
        await().atMost(PATIENCE).untilAsserted(() -> {
            String id = host.installation()
                    .run("node", "list", "--all", "-o", "json")
                    .succeeded()
                    .json()
                    .get("nodes")
                    .get(0)
                    .get("id")
                    .asText();
            for (String action : actions) {
                assertThat(audited(action))
                        .filteredOn(record -> record.get("outcome").asText().equals("refused")
                                && record.get("caller").path("node").asText().equals(id))
                        .anySatisfy(record ->
                                assertThat(record.get("reason").asText()).startsWith(code + ": "));
            }
        });
    }

    private List<JsonNode> audited(String action) throws Exception {
        return host.installation().audit().stream()
                .filter(record -> record.get("action").asText().equals(action))
                .toList();
    }

    @Test
    void from_an_unenrolled_node_through_identity_enrolment_and_policy_to_a_seed_that_comes_back() throws Exception {
        try (KekkaiProcess agent = node.serve();
                ApiserverSimulator apiserver = ApiserverSimulator.connect(agent.socket())) {
            await().atMost(PATIENCE).until(() -> agent.output().contains("unknown-ek"));
            assertThatThrownBy(apiserver::start).hasMessageContaining("unknown-ek");

            letIn();
            awaitReady(agent);

            apiserver.start();
            apiserver.write("a-secret");
            apiserver.restart();
            assertThat(audited("attest"))
                    .anySatisfy(
                            record -> assertThat(record.get("outcome").asText()).isEqualToIgnoringCase("done"));
            assertThat(audited("wrap")).isNotEmpty();
            assertThat(host.installation()
                            .run("node", "show", "cp-1")
                            .succeeded()
                            .out())
                    .contains(ekName());
        }
    }

    @Test
    void an_evicted_node_is_refused_at_its_next_request() throws Exception {
        letIn();
        try (KekkaiProcess agent = node.serve();
                ApiserverSimulator apiserver = ApiserverSimulator.connect(agent.socket())) {
            awaitReady(agent);
            apiserver.start();
            apiserver.write("a-secret");

            host.installation().run("node", "evict", "cp-1").succeeded();

            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThatThrownBy(apiserver::restart).hasMessageContaining("evicted"));
            await().atMost(PATIENCE).until(() -> agent.probe("/readyz").statusCode() == 503);
            refused("evicted", "serve", "attest");
        }
    }

    @Test
    void a_node_that_boots_another_kernel_is_refused_until_its_policy_accepts_that() throws Exception {
        letIn();
        tpm.swtpm().losePower();
        BootedTpm.booted(tpm.swtpm(), "another kernel");
        try (KekkaiProcess agent = node.serve()) {
            await().atMost(PATIENCE).until(() -> agent.output().contains("pcr-mismatch"));
            assertThat(agent.output()).contains("PCR 4");
            refused("pcr-mismatch", "attest");

            host.accept("second", BootedTpm.pcrs("another kernel"));

            awaitReady(agent);
        }
    }

    @Test
    void policy_diff_names_by_the_last_attestation_which_pcr_an_alternative_does_not_accept() throws Exception {
        String booted = HexFormat.of().formatHex(BootedTpm.pcrs(KERNEL).get(4));
        String next = HexFormat.of().formatHex(BootedTpm.pcrs("another kernel").get(4));
        letIn();
        host.add("next", BootedTpm.pcrs("another kernel"));
        try (KekkaiProcess agent = node.serve()) {
            awaitReady(agent);

            assertThat(diff(0))
                    .contains("first (ACTIVE): holds")
                    .containsPattern(
                            "next \\(PENDING\\): does not hold\\s+pcr-mismatch: PCR 4: .*" + next + ".*" + booted)
                    .doesNotContain("PCR 0", "PCR 2", "PCR 7");
        }
        tpm.swtpm().losePower();
        BootedTpm.booted(tpm.swtpm(), "another kernel");
        try (KekkaiProcess agent = node.serve()) {
            await().atMost(PATIENCE).until(() -> agent.output().contains("pcr-mismatch"));

            assertThat(diff(1))
                    .contains("next (PENDING): holds")
                    .containsPattern(
                            "first \\(ACTIVE\\): does not hold\\s+pcr-mismatch: PCR 4: .*" + booted + ".*" + next);
            host.installation()
                    .run("policy", "activate", "control-plane", "next")
                    .succeeded();
            awaitReady(agent);
            assertThat(diff(0)).contains("next (ACTIVE): holds");
        }
    }

    /** As an operator asks for it, without having been on the node. */
    private String diff(int exitCode) throws Exception {
        return host.installation()
                .run("policy", "diff", "cp-1")
                .endedWith(exitCode)
                .out();
    }

    @Test
    void a_gateway_that_is_killed_and_comes_back_fails_no_call_that_can_wait() throws Exception {
        letIn();
        try (KekkaiProcess agent = node.serve();
                ApiserverSimulator apiserver = ApiserverSimulator.connect(agent.socket())) {
            awaitReady(agent);
            apiserver.start();
            apiserver.write("a-secret");
            String keyId = apiserver.keyId();

            gateway.kill();
            await().atMost(PATIENCE).until(() -> agent.probe("/readyz").statusCode() == 503);
            assertThat(agent.probe("/readyz").body()).contains("no gateway serves");
            gateway = host.serve();

            awaitReady(agent);
            apiserver.restart();
            assertThat(apiserver.keyId()).isEqualTo(keyId);
        }
    }

    @Test
    void with_the_hsm_gone_status_keeps_the_key_id_and_has_the_reason_until_it_is_back() throws Exception {
        letIn();
        try (KekkaiProcess agent = node.serve();
                KmsClient client = agent.client()) {
            awaitReady(agent);
            String keyId = client.status().getKeyId();

            host.installation().token().unplug();

            await().atMost(PATIENCE).until(() -> agent.probe("/readyz").statusCode() == 503);
            assertThat(client.status().getHealthz()).contains("the token does not say who it is any more");
            assertThat(client.status().getKeyId()).isEqualTo(keyId);
            assertThat(agent.probe("/livez").statusCode()).isEqualTo(200);

            host.installation().token().plugIn();

            await().atMost(PATIENCE).until(() -> client.status().getHealthz().equals("ok"));
            assertThat(client.status().getKeyId()).isEqualTo(keyId);
        }
    }
}
