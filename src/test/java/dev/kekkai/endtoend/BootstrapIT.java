package dev.kekkai.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.kekkai.testing.agent.BootedTpm;
import dev.kekkai.testing.apiserver.ApiserverSimulator;
import dev.kekkai.testing.process.AgentNode;
import dev.kekkai.testing.process.GatewayHost;
import dev.kekkai.testing.process.Installation;
import dev.kekkai.testing.process.KekkaiProcess;
import dev.kekkai.testing.process.KmsClient;
import io.grpc.Status;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The order in which a control plane boots: the agent before its gateways, and both before the apiserver. */
class BootstrapIT {
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    @TempDir
    Path folder;

    private GatewayHost host;
    private BootedTpm tpm;
    private AgentNode node;

    @BeforeEach
    void a_node_was_enrolled_and_all_is_off() throws Exception {
        host = GatewayHost.of(Installation.withKey(Files.createDirectory(folder.resolve("gateway"))));
        tpm = BootedTpm.start();
        try (KekkaiProcess once = host.serve()) {
            node = AgentNode.install(
                    folder.resolve("node"), "unix:" + tpm.address().path(), host.roots(), List.of(host.address()));
            host.accept("first", BootedTpm.pcrs("kernel"));
            host.enroll("cp-1", node.ekName());
            assertThat(once.terminate()).isIn(0, 143);
        }
    }

    @AfterEach
    void end() throws Exception {
        tpm.close();
    }

    private long audited(String action) throws Exception {
        return host.installation().audit().stream()
                .filter(record -> record.get("action").asText().equals(action))
                .count();
    }

    private static void saysThatItWaits(KekkaiProcess agent) throws Exception {
        assertThat(agent.probe("/livez").statusCode()).isEqualTo(200);
        assertThat(agent.probe("/readyz").statusCode()).isEqualTo(503);
        try (KmsClient client = agent.client()) {
            Status refusal = KmsClient.refusal(client::status);
            assertThat(refusal.getCode()).isEqualTo(Status.Code.UNAVAILABLE);
            assertThat(refusal.getDescription()).contains("no gateway has admitted this node");
        }
    }

    @Test
    void an_agent_serves_before_the_first_apiserver_asks_and_a_gateway_that_is_late_delays_it_and_corrupts_nothing()
            throws Exception {
        ApiserverSimulator apiserver = ApiserverSimulator.connect(node.socket());
        String keyId;
        try (apiserver) {
            try (KekkaiProcess agent = node.serve()) {
                saysThatItWaits(agent);
                try (KekkaiProcess gateway = host.serve()) {
                    await().atMost(PATIENCE).until(() -> agent.probe("/readyz").statusCode() == 200);
                    assertThat(audited("wrap")).as("nobody has asked yet").isZero();

                    apiserver.start();
                    apiserver.write("of the first boot");
                    keyId = apiserver.keyId();
                    gateway.kill();
                    agent.kill();
                }
            }
            tpm.swtpm().losePower();
            BootedTpm.booted(tpm.swtpm(), "kernel");

            try (KekkaiProcess agent = node.serve()) {
                saysThatItWaits(agent);
                assertThatThrownBy(apiserver::restart).hasMessageContaining("no gateway has admitted this node");
                try (KekkaiProcess gateway = host.serve()) {
                    await().atMost(PATIENCE).until(() -> agent.probe("/readyz").statusCode() == 200);

                    apiserver.restart();
                    apiserver.write("of the second boot");
                    apiserver.restart();
                    assertThat(apiserver.keyId()).isEqualTo(keyId);
                    assertThat(gateway.output()).doesNotContain("ALARM");
                }
            }
        }
    }
}
