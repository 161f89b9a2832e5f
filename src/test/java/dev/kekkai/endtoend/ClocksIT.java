package dev.kekkai.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kekkai.config.KekkaiConfig.Gateway;
import dev.kekkai.testing.agent.BootedTpm;
import dev.kekkai.testing.apiserver.ApiserverSimulator;
import dev.kekkai.testing.process.AgentNode;
import dev.kekkai.testing.process.GatewayHost;
import dev.kekkai.testing.process.GatewayPair;
import dev.kekkai.testing.process.KekkaiProcess;
import dev.kekkai.testing.process.OtherClock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Processes whose wall clock is an hour off from when they start, as a preloaded library shows it to them. */
class ClocksIT {
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final String AHEAD = "PT1H";
    private static final String BEHIND = "PT-1H";

    @TempDir
    static Path folder;

    private static GatewayPair gateways;
    private static String roots;

    private BootedTpm tpm;
    private AgentNode node;

    @BeforeAll
    static void two_gateways_are_installed() throws Exception {
        gateways = GatewayPair.in(folder);
        try (KekkaiProcess once = gateways.one().serve()) {
            roots = gateways.one().roots();
            gateways.one().accept("first", BootedTpm.pcrs("kernel"));
            assertThat(once.terminate()).isIn(0, 143);
        }
    }

    @BeforeEach
    void a_node_is_enrolled() throws Exception {
        tpm = BootedTpm.start();
        node = install(gateways.addresses());
        String ek = node.ekName();
        gateways.one().enroll("cp-" + ek.substring(ek.length() - 8), ek);
    }

    @AfterEach
    void end() throws Exception {
        tpm.close();
    }

    @AfterAll
    static void all_is_gone() {
        roots = "";
    }

    private AgentNode install(List<Gateway> addresses) throws Exception {
        return AgentNode.install(
                Files.createTempDirectory(folder, "node"),
                "unix:" + tpm.address().path(),
                roots,
                addresses);
    }

    private static void awaitReady(KekkaiProcess agent) {
        await().atMost(PATIENCE).until(() -> agent.probe("/readyz").statusCode() == 200);
    }

    private static void aSeedComesBack(KekkaiProcess agent) {
        try (ApiserverSimulator apiserver = ApiserverSimulator.connect(agent.socket())) {
            apiserver.start();
            apiserver.write("a-secret");
            apiserver.restart();
        }
    }

    private JsonNode link(GatewayHost to) throws Exception {
        for (JsonNode link : node.uplink().get("gateways")) {
            if (link.get("address").asText().equals(to.address().toString())) {
                return link;
            }
        }
        throw new AssertionError("no gateway " + to.address());
    }

    private static long audited(GatewayHost gateway, String action, String reason) throws Exception {
        return gateway.installation().audit().stream()
                .filter(record -> record.get("action").asText().equals(action)
                        && record.get("reason").asText().contains(reason))
                .count();
    }

    private static long attestations(KekkaiProcess agent) {
        return agent.output()
                .lines()
                .filter(line -> line.contains("attested: node"))
                .count();
    }

    @ParameterizedTest
    @ValueSource(strings = {AHEAD, BEHIND})
    void an_agent_whose_clock_is_off_attests_and_serves_and_says_by_how_much(String off) throws Exception {
        Duration by = Duration.parse(off);
        node.environment(OtherClock.off(by, folder));
        try (KekkaiProcess gateway = gateways.one().serve();
                KekkaiProcess agent = node.serve()) {
            awaitReady(agent);

            aSeedComesBack(agent);
            await().atMost(PATIENCE)
                    .until(() -> agent.output().contains("it serves all the same; set right the one that is off"));
            assertThat(link(gateways.one()).get("clockAheadSeconds").asLong())
                    .as("how far the gateway's clock is ahead of the node's")
                    .isCloseTo(by.negated().toSeconds(), within(60L));
            assertThat(node.run("status").out()).contains("this node's: set right the one that is off");
            assertThat(gateway.output()).doesNotContain("ALARM");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {AHEAD, BEHIND})
    void a_gateway_that_is_alone_and_whose_clock_is_off_serves_and_its_agents_say_by_how_much(String off)
            throws Exception {
        Duration by = Duration.parse(off);
        try (KekkaiProcess gateway = gateways.two().serveWithClock(by);
                KekkaiProcess agent = node.serve()) {
            awaitReady(agent);

            aSeedComesBack(agent);
            assertThat(link(gateways.two()).get("clockAheadSeconds").asLong()).isCloseTo(by.toSeconds(), within(60L));
            assertThat(agent.output()).contains("it serves all the same; set right the one that is off");
            assertThat(gateway.probe("/livez").statusCode()).isEqualTo(200);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {AHEAD, BEHIND})
    void beside_a_gateway_that_is_right_the_one_whose_clock_is_off_is_named_on_both_sides_and_nobody_is_harmed(
            String off) throws Exception {
        String code = off.equals(AHEAD) ? "certificate-expired: " : "clock: ";
        try (KekkaiProcess right = gateways.one().serve();
                KekkaiProcess wrong = gateways.two().serveWithClock(Duration.parse(off));
                KekkaiProcess agent = node.serve()) {
            long before = audited(gateways.two(), "serve", code);
            awaitReady(agent);

            await().atMost(PATIENCE).untilAsserted(() -> assertThat(
                            link(gateways.two()).get("problem").asText())
                    .contains("this gateway's clock")
                    .containsPattern("the clock of this gateway, or of the one that (certified|issued) it, is off"));
            await().atMost(PATIENCE).until(() -> audited(gateways.two(), "serve", code) > before + 2);
            aSeedComesBack(agent);
            assertThat(link(gateways.one()).get("problem").asText()).isEmpty();
            assertThat(attestations(agent))
                    .as("what one gateway's clock says takes nothing from what the other gave")
                    .isLessThanOrEqualTo(2);
            assertThat(right.output() + wrong.output()).doesNotContain("ALARM");
        }
    }

    @Test
    void a_gateway_whose_clock_is_behind_serves_whom_another_saw_and_says_in_its_log_whose_time_it_does_not_believe()
            throws Exception {
        try (KekkaiProcess right = gateways.one().serve();
                KekkaiProcess agent = node.serve()) {
            awaitReady(agent);
            assertThat(right.terminate()).isIn(0, 143);
        }
        try (KekkaiProcess wrong = gateways.two().serveWithClock(Duration.parse(BEHIND));
                KekkaiProcess agent = node.serve()) {
            awaitReady(agent);

            aSeedComesBack(agent);
            await().atMost(PATIENCE).untilAsserted(() -> assertThat(wrong.output())
                    .contains("says that it saw a node at ")
                    .contains("the clock of one of them is off, and the time is not believed"));
            assertThat(wrong.output()).doesNotContain("ALARM");
        }
    }
}
