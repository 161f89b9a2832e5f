package dev.kekkai.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kekkai.attestation.ek.EkFingerprint;
import dev.kekkai.testing.agent.BootedTpm;
import dev.kekkai.testing.agent.SmallFleet;
import dev.kekkai.testing.agent.SmallGateway;
import dev.kekkai.testing.apiserver.ApiserverSimulator;
import dev.kekkai.testing.process.AgentNode;
import dev.kekkai.testing.process.Finished;
import dev.kekkai.testing.process.KekkaiProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The agent as a process of its own, with a TPM, an apiserver, and two gateways that the test can do anything to. */
class AgentIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    Path folder;

    private SmallFleet fleet;
    private BootedTpm tpm;
    private SmallGateway one;
    private SmallGateway two;
    private AgentNode node;

    @BeforeEach
    void install() throws Exception {
        fleet = new SmallFleet();
        tpm = BootedTpm.start();
        one = SmallGateway.start(fleet);
        two = SmallGateway.start(fleet);
        node = AgentNode.install(
                folder.resolve("node"),
                address(tpm),
                SmallFleet.pem(fleet.root().certificate()),
                List.of(one.address(), two.address()));
    }

    @AfterEach
    void end() throws Exception {
        one.close();
        two.close();
        tpm.close();
    }

    private static String address(BootedTpm of) {
        return "unix:" + of.address().path();
    }

    @Test
    void from_an_unenrolled_node_to_an_apiserver_that_gets_its_seed_back() throws Exception {
        fleet.enrolsEverybody = false;
        try (KekkaiProcess agent = node.serve();
                ApiserverSimulator apiserver = ApiserverSimulator.connect(agent.socket())) {
            await().atMost(PATIENCE).until(() -> agent.output().contains("kekkai node enroll NAME --ek "));
            assertThatThrownBy(apiserver::start).hasMessageContaining("unknown-ek");
            assertThat(agent.probe("/readyz").statusCode()).isEqualTo(503);
            assertThat(agent.probe("/livez").statusCode()).isEqualTo(200);
            assertThat(node.run("status").endedWith(7).out()).contains("unknown-ek");

            fleet.enroll(EkFingerprint.parse(fingerprint(agent)));

            await().atMost(PATIENCE).until(() -> agent.probe("/readyz").statusCode() == 200);
            apiserver.start();
            apiserver.write("a-secret");
            apiserver.restart();
            JsonNode status = node.run("status", "-o", "json").succeeded().json();
            assertThat(status.get("role").asText()).isEqualTo("agent");
            assertThat(status.get("keyId").asText()).isEqualTo(apiserver.keyId());
            assertThat(status.get("uplink").get("gateways")).hasSize(2);
            node.run("probe").succeeded();
        }
    }

    private static String fingerprint(KekkaiProcess agent) {
        return agent.output().replaceFirst("(?s).*kekkai node enroll NAME --ek ([0-9a-f]+).*", "$1");
    }

    @Test
    void a_gateway_killed_under_load_fails_no_call_of_the_apiserver() throws Exception {
        try (KekkaiProcess agent = node.serve();
                ApiserverSimulator apiserver = ApiserverSimulator.connect(agent.socket())) {
            await().atMost(PATIENCE).until(() -> agent.probe("/readyz").statusCode() == 200);
            await().atMost(PATIENCE).until(() -> one.agents() == 1 && two.agents() == 1);
            apiserver.start();
            apiserver.write("a-secret");
            apiserver.watch(Duration.ofMillis(20));
            SmallGateway dies = one.calls.get() > 0 ? one : two;
            SmallGateway lives = dies == one ? two : one;

            dies.kill();
            for (int i = 0; i < 5; i++) {
                apiserver.restart();
                apiserver.write("after-" + i);
            }

            assertThat(lives.calls.get()).isGreaterThanOrEqualTo(10);
        }
    }

    @Test
    void a_disk_image_of_the_node_started_elsewhere_is_another_machine() throws Exception {
        fleet.enrolsEverybody = false;
        try (KekkaiProcess agent = node.serve()) {
            await().atMost(PATIENCE).until(() -> agent.output().contains("kekkai node enroll NAME --ek "));
            fleet.enroll(EkFingerprint.parse(fingerprint(agent)));
            await().atMost(PATIENCE).until(() -> agent.probe("/readyz").statusCode() == 200);
            int attestations = fleet.attestations.get();
            try (BootedTpm others = BootedTpm.start();
                    KekkaiProcess thief = node.copied(folder.resolve("thief"), address(tpm), address(others))
                            .serve()) {
                await().atMost(PATIENCE).until(() -> thief.output().contains("unknown-ek"));
                assertThat(thief.probe("/readyz").statusCode()).isEqualTo(503);
                assertThat(fleet.attestations).hasValue(attestations);
            }
        }
    }

    @Test
    void a_killed_agent_comes_back_with_another_key_by_attesting_anew() throws Exception {
        try (KekkaiProcess agent = node.serve()) {
            await().atMost(PATIENCE).until(() -> agent.probe("/readyz").statusCode() == 200);
            agent.kill();
        }
        try (KekkaiProcess agent = node.serve();
                ApiserverSimulator apiserver = ApiserverSimulator.connect(agent.socket())) {
            await().atMost(PATIENCE).until(() -> agent.probe("/readyz").statusCode() == 200);
            apiserver.start();
            assertThat(fleet.attestations).hasValue(2);
            assertThat(agent.terminate()).isIn(0, 143);
            assertThat(node.socket()).doesNotExist();
        }
    }

    @Test
    void commands_on_keys_say_that_an_agent_has_none() throws Exception {
        Finished refused = node.run("key", "list");

        assertThat(refused.exitCode()).isNotZero();
        assertThat(refused.err()).contains("this node is an agent, which has neither keys nor a store");
    }
}
