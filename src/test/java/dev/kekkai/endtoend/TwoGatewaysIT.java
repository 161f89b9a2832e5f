package dev.kekkai.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kekkai.testing.agent.BootedTpm;
import dev.kekkai.testing.apiserver.ApiserverSimulator;
import dev.kekkai.testing.process.AgentNode;
import dev.kekkai.testing.process.GatewayHost;
import dev.kekkai.testing.process.Installation;
import dev.kekkai.testing.process.KekkaiProcess;
import dev.kekkai.testing.process.SoftHsmToken;
import dev.kekkai.testing.store.PostgresServer;
import dev.kekkai.testing.store.TestDatabase;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two gateways of one fleet, on one HSM and one PostgreSQL, and an agent that uses both. */
class TwoGatewaysIT {
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    @TempDir
    Path folder;

    @Test
    void the_one_in_use_is_killed_under_load_and_no_call_of_the_apiserver_fails() throws Exception {
        SoftHsmToken token = SoftHsmToken.in(Files.createDirectory(folder.resolve("hsm")));
        TestDatabase.Postgresql database = PostgresServer.shared().database();
        GatewayHost one = host("one", token, database);
        GatewayHost two = host("two", token, database);
        one.installation().run("key", "create").succeeded();
        try (KekkaiProcess first = one.serve();
                KekkaiProcess second = two.serve();
                BootedTpm tpm = BootedTpm.start()) {
            String place = "unix:" + tpm.address().path();
            AgentNode node = AgentNode.install(
                    folder.resolve("node"), place, one.roots(), List.of(one.address(), two.address()));
            one.accept("first", BootedTpm.pcrs("kernel"));
            one.enroll(
                    "cp-1",
                    node.run("node", "identity", "--tpm", place, "-o", "json")
                            .succeeded()
                            .json()
                            .get("ek")
                            .get("name")
                            .asText());
            try (KekkaiProcess agent = node.serve();
                    ApiserverSimulator apiserver = ApiserverSimulator.connect(agent.socket())) {
                await().atMost(PATIENCE).until(() -> serving(node) == 2);
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
                        .anySatisfy(record ->
                                assertThat(record.get("action").asText()).isEqualTo("unwrap"));
            }
        }
    }

    private GatewayHost host(String name, SoftHsmToken token, TestDatabase.Postgresql database) throws Exception {
        Installation installation = Installation.on(token, Files.createDirectories(folder.resolve(name)));
        installation.edit(
                "store:\n",
                "store:\n    type: postgresql\n    postgresql: { url: '" + database.name()
                        + "', user: postgres, tls: \"off\" }\n");
        return GatewayHost.of(installation);
    }

    /** How many gateways serve the node. */
    private static long serving(AgentNode node) throws Exception {
        long serving = 0;
        for (JsonNode gateway :
                node.run("status", "-o", "json").json().get("uplink").get("gateways")) {
            serving += gateway.get("problem").asText().isEmpty() ? 1 : 0;
        }
        return serving;
    }
}
