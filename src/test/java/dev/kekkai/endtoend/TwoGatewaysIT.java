package dev.kekkai.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.kekkai.testing.agent.BootedTpm;
import dev.kekkai.testing.apiserver.ApiserverSimulator;
import dev.kekkai.testing.process.AgentNode;
import dev.kekkai.testing.process.GatewayHost;
import dev.kekkai.testing.process.GatewayPair;
import dev.kekkai.testing.process.KekkaiProcess;
import dev.kekkai.testing.process.KmsClient;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two gateways of one fleet, on one HSM and one PostgreSQL, and an agent that uses both. */
class TwoGatewaysIT {
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    @TempDir
    Path folder;

    private GatewayHost one;
    private GatewayHost two;
    private KekkaiProcess first;
    private KekkaiProcess second;
    private BootedTpm tpm;
    private AgentNode node;

    @BeforeEach
    void both_serve_and_a_node_is_enrolled() throws Exception {
        GatewayPair pair = GatewayPair.in(folder);
        one = pair.one();
        two = pair.two();
        first = one.serve();
        second = two.serve();
        tpm = BootedTpm.start();
        node = AgentNode.install(folder.resolve("node"), "unix:" + tpm.address().path(), one.roots(), pair.addresses());
        one.accept("first", BootedTpm.pcrs("kernel"));
        one.enroll("cp-1", node.ekName());
    }

    @AfterEach
    void end() throws Exception {
        first.close();
        second.close();
        tpm.close();
    }

    @Test
    void the_one_in_use_is_killed_under_load_and_no_call_of_the_apiserver_fails() throws Exception {
        try (KekkaiProcess agent = node.serve();
                ApiserverSimulator apiserver = ApiserverSimulator.connect(agent.socket())) {
            await().atMost(PATIENCE).until(() -> node.serving() == 2);
            apiserver.start();
            apiserver.write("before");
            apiserver.watch(Duration.ofMillis(50));
            boolean usesFirst = one.installation().audit().stream()
                    .anyMatch(record -> record.get("action").asText().equals("wrap"));

            (usesFirst ? first : second).kill();
            for (int i = 0; i < 5; i++) {
                apiserver.restart();
                apiserver.write("after-" + i);
            }

            assertThat((usesFirst ? two : one).installation().audit())
                    .as("what the other one did")
                    .anySatisfy(
                            record -> assertThat(record.get("action").asText()).isEqualTo("unwrap"));
        }
    }

    @Test
    void while_both_are_down_status_tells_why_under_the_same_key_id_and_all_is_well_when_they_are_back()
            throws Exception {
        try (KekkaiProcess agent = node.serve();
                KmsClient client = agent.client();
                ApiserverSimulator apiserver = ApiserverSimulator.connect(agent.socket())) {
            await().atMost(PATIENCE).until(() -> node.serving() == 2);
            apiserver.start();
            apiserver.write("before");
            String keyId = apiserver.keyId();

            first.kill();
            second.kill();

            await().atMost(PATIENCE).until(() -> agent.probe("/readyz").statusCode() == 503);
            assertThat(client.status().getHealthz())
                    .contains("no gateway serves")
                    .contains(one.address().toString(), two.address().toString());
            assertThat(client.status().getKeyId()).isEqualTo(keyId);
            assertThat(agent.probe("/livez").statusCode()).isEqualTo(200);
            assertThat(agent.socket()).exists();
            // The first calls wait for a gateway that is back in a moment.
            await().atMost(PATIENCE).untilAsserted(() -> assertThatThrownBy(() -> client.wrap(KmsClient.dek()))
                    .hasMessageContaining("no gateway serves"));

            second = two.serve();
            await().atMost(PATIENCE).untilAsserted(() -> {
                assertThat(client.status().getKeyId()).isEqualTo(keyId);
                assertThat(client.status().getHealthz()).isEqualTo("ok");
            });
            apiserver.restart();
            apiserver.write("after");
            first = one.serve();
            await().atMost(PATIENCE).until(() -> node.serving() == 2);

            apiserver.restart();
            assertThat(apiserver.keyId()).isEqualTo(keyId);
        }
    }
}
