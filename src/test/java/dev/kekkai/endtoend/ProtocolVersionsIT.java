package dev.kekkai.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kekkai.testing.agent.BootedTpm;
import dev.kekkai.testing.apiserver.ApiserverSimulator;
import dev.kekkai.testing.process.AgentNode;
import dev.kekkai.testing.process.GatewayHost;
import dev.kekkai.testing.process.GatewayPair;
import dev.kekkai.testing.process.KekkaiProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Agents and gateways of builds that speak different versions of the protocol, as they are while a fleet is updated. The product's own is version 1. */
class ProtocolVersionsIT {
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    @TempDir
    static Path folder;

    private static GatewayPair gateways;
    private static BootedTpm tpm;
    private static AgentNode node;

    @BeforeAll
    static void two_gateways_and_a_node_are_installed() throws Exception {
        gateways = GatewayPair.in(folder);
        tpm = BootedTpm.start();
        try (KekkaiProcess once = gateways.one().serve()) {
            node = AgentNode.install(
                    folder.resolve("node"),
                    "unix:" + tpm.address().path(),
                    gateways.one().roots(),
                    List.of(gateways.two().address(), gateways.one().address()));
            gateways.one().accept("first", BootedTpm.pcrs("kernel"));
            gateways.one().enroll("cp-1", node.ekName());
            assertThat(once.terminate()).isIn(0, 143);
        }
    }

    @AfterAll
    static void end() throws Exception {
        tpm.close();
    }

    /** What {@code kekkai status} says of a gateway. */
    private static JsonNode link(GatewayHost gateway) throws Exception {
        for (JsonNode link : node.uplink().get("gateways")) {
            if (link.get("address").asText().equals(gateway.address().toString())) {
                return link;
            }
        }
        throw new AssertionError("no gateway " + gateway.address());
    }

    private static long refusals(GatewayHost gateway) throws Exception {
        return gateway.installation().audit().stream()
                .filter(record -> record.get("reason").asText().startsWith("protocol-version: "))
                .count();
    }

    private static void aSeedComesBack(KekkaiProcess agent) {
        try (ApiserverSimulator apiserver = ApiserverSimulator.connect(agent.socket())) {
            apiserver.start();
            apiserver.write("a-secret");
            apiserver.restart();
        }
    }

    @Test
    void an_agent_is_served_by_gateways_one_version_behind_it_and_one_ahead_of_it() throws Exception {
        try (KekkaiProcess older = gateways.one().serve();
                KekkaiProcess newer = gateways.two().serveSpeaking(3);
                KekkaiProcess agent = node.serveSpeaking(2)) {
            await().atMost(PATIENCE).until(() -> node.serving() == 2);

            assertThat(link(gateways.one()).get("protocol").asLong()).isEqualTo(1);
            assertThat(link(gateways.two()).get("protocol").asLong()).isEqualTo(3);
            aSeedComesBack(agent);
            newer.kill();
            aSeedComesBack(agent);
            assertThat(older.output()).doesNotContain("protocol-version");
        }
    }

    @Test
    void an_agent_of_this_build_is_served_by_a_gateway_of_the_next() throws Exception {
        try (KekkaiProcess newer = gateways.two().serveSpeaking(2);
                KekkaiProcess agent = node.serve()) {
            await().atMost(PATIENCE).until(() -> agent.probe("/readyz").statusCode() == 200);

            assertThat(link(gateways.two()).get("protocol").asLong()).isEqualTo(2);
            aSeedComesBack(agent);
            assertThat(newer.output()).doesNotContain("protocol-version");
        }
    }

    @Test
    void a_gateway_two_versions_ahead_is_passed_over_with_the_reason_and_another_serves() throws Exception {
        try (KekkaiProcess older = gateways.one().serve();
                KekkaiProcess newer = gateways.two().serveSpeaking(3);
                KekkaiProcess agent = node.serve()) {
            await().atMost(PATIENCE).until(() -> agent.probe("/readyz").statusCode() == 200);

            await().atMost(PATIENCE).untilAsserted(() -> assertThat(
                            link(gateways.two()).get("problem").asText())
                    .contains("the agent speaks protocol version 1 and the gateway 3")
                    .contains("update the agent first"));
            aSeedComesBack(agent);
            assertThat(link(gateways.one()).get("problem").asText()).isEmpty();
            assertThat(refusals(gateways.two())).isPositive();
            assertThat(agent.output().lines().filter(line -> line.contains("attested: node")))
                    .as("attestations: one gateway's refusal takes nothing from what another gave")
                    .hasSize(1);
            assertThat(older.output() + newer.output()).doesNotContain("ALARM");
        }
    }

    @Test
    void an_agent_two_versions_ahead_is_refused_with_the_reason_and_the_same_node_is_served_with_the_right_one()
            throws Exception {
        try (KekkaiProcess gateway = gateways.one().serve()) {
            long before = refusals(gateways.one());
            try (KekkaiProcess agent = node.serveSpeaking(3);
                    ApiserverSimulator apiserver = ApiserverSimulator.connect(agent.socket())) {
                String reason = "protocol-version: the agent speaks protocol version 3 and the gateway 1";
                await().atMost(PATIENCE)
                        .until(() -> node.uplink().get("problem").asText().contains(reason));
                assertThat(node.uplink().get("problem").asText()).contains("update the gateway first");
                assertThatThrownBy(apiserver::start).hasMessageContaining(reason);
                assertThat(refusals(gateways.one())).isGreaterThan(before);
            }
            try (KekkaiProcess agent = node.serve()) {
                await().atMost(PATIENCE).until(() -> agent.probe("/readyz").statusCode() == 200);
                aSeedComesBack(agent);
                assertThat(gateway.output()).doesNotContain("ALARM");
            }
        }
    }
}
