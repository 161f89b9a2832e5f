package dev.kekkai.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.kekkai.attestation.ek.EkFingerprint;
import dev.kekkai.config.KekkaiConfig;
import dev.kekkai.dek.DekException;
import dev.kekkai.id.TenantId;
import dev.kekkai.testing.agent.SmallFleet;
import dev.kekkai.testing.agent.SmallGateway;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How a node gets in and stays in: attestation, renewal, refusal, roots and names. */
class UplinkTest {
    @TempDir
    Path folder;

    private AgentFixture agent;

    @BeforeEach
    void boot_a_node() throws Exception {
        agent = new AgentFixture(folder);
    }

    @AfterEach
    void end() throws Exception {
        agent.close();
    }

    @Test
    void a_node_that_attests_wraps_and_unwraps() throws Exception {
        SmallGateway gateway = agent.gateway();

        agent.start(gateway);

        agent.roundTrip();
        assertThat(agent.fleet.attestations).hasValue(1);
        assertThat(agent.fleet.claimedHosts()).containsOnly("node-1");
        assertThat(agent.healthy()).isTrue();
        assertThat(agent.status().keyId())
                .isEqualTo(agent.fleet.dek.status(TenantId.DEFAULT).keyId());
    }

    @Test
    void a_certificate_is_renewed_by_a_quote_on_a_new_connection_and_no_call_notices() throws Exception {
        SmallGateway gateway = agent.gateway();
        agent.fleet.life = Duration.ofSeconds(4);
        agent.start(gateway);

        await().atMost(AgentFixture.PATIENCE).until(() -> {
            agent.roundTrip();
            return agent.fleet.renewals.get() >= 2 && gateway.streams.get() >= 3;
        });

        assertThat(agent.fleet.attestations).as("full attestations").hasValue(1);
        await().atMost(AgentFixture.PATIENCE).until(() -> gateway.agents() <= 1);
    }

    @Test
    void gateways_that_are_too_busy_to_renew_take_nothing_from_the_certificate_that_is_held() throws Exception {
        SmallGateway gateway = agent.gateway();
        agent.fleet.life = Duration.ofSeconds(20);
        agent.start(gateway);
        agent.fleet.overwhelmed = true;

        await().atMost(AgentFixture.PATIENCE)
                .until(() -> agent.report().problem().contains("challenge-expired"));

        assertThat(agent.report().certificateLeft()).isPositive();
        agent.roundTrip();
        assertThat(gateway.streams).as("connections that served").hasValue(1);
        agent.fleet.overwhelmed = false;
        await().atMost(AgentFixture.PATIENCE)
                .until(() -> agent.fleet.attestations.get() + agent.fleet.renewals.get() == 2);
        agent.roundTrip();
    }

    @Test
    void a_node_that_waits_for_enrolment_says_so_with_its_fingerprint_and_gets_in_when_enrolled() throws Exception {
        SmallGateway gateway = agent.gateway();
        agent.fleet.enrolsEverybody = false;

        agent.begin(gateway);

        await().atMost(AgentFixture.PATIENCE).until(() -> agent.reason().contains("unknown-ek"));
        assertThatThrownBy(agent::status)
                .isInstanceOf(DekException.Unavailable.class)
                .hasMessageContaining("kekkai node enroll NAME --ek ");
        String fingerprint = agent.reason().replaceFirst(".*kekkai node enroll NAME --ek ", "");
        agent.fleet.enroll(EkFingerprint.parse(fingerprint));
        await().atMost(AgentFixture.PATIENCE).until(agent::healthy);
        agent.roundTrip();
    }

    @Test
    void an_evicted_node_is_refused_at_its_next_request_and_status_says_so() throws Exception {
        SmallGateway gateway = agent.gateway();
        agent.start(gateway);
        agent.roundTrip();

        agent.fleet.evicted = "evicted";

        assertThat(AgentFixture.failure(agent.wrap(new byte[32], null, AgentFixture.PATIENCE)))
                .isInstanceOf(DekException.Unavailable.class)
                .hasMessageContaining("evicted");
        await().atMost(AgentFixture.PATIENCE).until(() -> agent.reason().contains("evicted"));
        assertThat(agent.status().keyId()).as("the last key_id stays").isNotNull();
        agent.fleet.evicted = "";
        await().atMost(AgentFixture.PATIENCE).until(agent::healthy);
        assertThat(agent.fleet.attestations)
                .as("a full attestation after a refusal")
                .hasValue(2);
    }

    @Test
    void a_gateway_that_is_down_at_boot_delays_and_nothing_else() throws Exception {
        SmallGateway gateway = agent.gateway();
        gateway.kill();

        agent.begin(gateway);

        await().atMost(AgentFixture.PATIENCE).until(() -> agent.reason().contains("no gateway has admitted this node"));
        assertThatThrownBy(agent::status).isInstanceOf(DekException.Unavailable.class);
        agent.owned(SmallGateway.restart(agent.fleet, gateway.address()));
        await().atMost(AgentFixture.PATIENCE).until(agent::healthy);
        agent.roundTrip();
    }

    @Test
    void a_gateway_with_a_certificate_of_another_root_is_not_believed() throws Exception {
        SmallFleet.Root pinned = agent.fleet.root();
        agent.fleet.exchangeRoot(SmallFleet.newRoot("somebody else"));
        SmallGateway stranger = agent.gateway();
        agent.fleet.exchangeRoot(pinned);

        agent.begin(stranger);

        await().atMost(AgentFixture.PATIENCE)
                .until(() -> agent.reason().contains("does not come from any of the pinned roots"));
        assertThat(agent.fleet.attestations).hasValue(0);
        assertThat(agent.fleet.claimedHosts()).as("what a stranger was told").isEmpty();
    }

    @Test
    void a_gateway_with_a_certificate_for_another_host_is_not_believed() throws Exception {
        SmallGateway other = agent.owned(SmallGateway.calledOtherwise(agent.fleet, "other.example.net"));

        agent.begin(other);

        await().atMost(AgentFixture.PATIENCE).until(() -> agent.reason().contains("localhost"));
        assertThat(agent.fleet.claimedHosts()).isEmpty();
    }

    @Test
    void roots_are_exchanged_without_a_hand_on_the_node() throws Exception {
        SmallGateway first = agent.gateway();
        SmallFleet.Root old = agent.fleet.root();
        SmallFleet.Root next = SmallFleet.newRoot("next root");
        agent.start(first);

        agent.fleet.toldRoots = List.of(old.certificate(), next.certificate(), SmallFleet.cross(old, next));
        first.tellStatus();
        await().atMost(AgentFixture.PATIENCE).until(() -> agent.report().roots().size() == 2);
        agent.fleet.exchangeRoot(next);
        first.kill();
        SmallGateway second = agent.owned(SmallGateway.restart(agent.fleet, first.address()));
        await().atMost(AgentFixture.PATIENCE).until(agent::healthy);
        agent.roundTrip();

        agent.fleet.toldRoots = List.of(next.certificate());
        second.tellStatus();
        await().atMost(AgentFixture.PATIENCE).until(() -> agent.report().roots().size() == 1);
        agent.fleet.exchangeRoot(old);
        second.kill();
        agent.owned(SmallGateway.restart(agent.fleet, first.address()));
        await().atMost(AgentFixture.PATIENCE)
                .until(() -> agent.reason().contains("does not come from any of the pinned roots"));
    }

    @Test
    void a_stolen_gateway_key_brings_agents_no_root_of_its_own() throws Exception {
        SmallGateway gateway = agent.gateway();
        SmallFleet.Root pinned = agent.fleet.root();
        SmallFleet.Root thiefs = SmallFleet.newRoot("the thief's");
        agent.start(gateway);
        Set<String> before = told(gateway, 2, pinned.certificate());

        assertThat(told(gateway, 3, thiefs.certificate())).isEqualTo(before);
        assertThat(told(gateway, 4, pinned.certificate(), thiefs.certificate())).isEqualTo(before);
        assertThat(told(gateway, 5, pinned.certificate(), thiefs.certificate(), SmallFleet.cross(pinned, thiefs)))
                .as("the same with the pinned root's signature, which he does not have")
                .hasSize(2);
    }

    /** Which roots the agent trusts when it has heard a serial together with these. */
    private Set<String> told(SmallGateway gateway, long serial, X509Certificate... roots) {
        agent.fleet.toldRoots = List.of(roots);
        agent.fleet.serial.set(serial);
        gateway.tellStatus();
        await().atMost(AgentFixture.PATIENCE).until(() -> agent.report().authoritySerial() == serial);
        return Set.copyOf(agent.report().roots());
    }

    @Test
    void a_serial_or_an_epoch_that_leaps_is_not_believed_and_ends_the_connection() throws Exception {
        SmallGateway gateway = agent.gateway();
        agent.start(gateway);
        long epoch = agent.status().epoch();

        gateway.tell(
                status -> status.toBuilder().setAuthoritySerial(Long.MAX_VALUE).build());
        await().atMost(AgentFixture.PATIENCE)
                .until(() -> agent.reason().contains("it is not believed: its authority serial is " + Long.MAX_VALUE));
        gateway.tell(status -> status.toBuilder().setEpoch(Long.MAX_VALUE).build());
        await().atMost(AgentFixture.PATIENCE)
                .until(() -> agent.reason().contains("it is not believed: its key is of epoch " + Long.MAX_VALUE));

        gateway.tell(status -> status);
        await().atMost(AgentFixture.PATIENCE).until(agent::healthy);
        agent.roundTrip();
        assertThat(agent.report().authoritySerial()).isEqualTo(agent.fleet.serial.get());
        assertThat(agent.status().epoch()).isEqualTo(epoch);
    }

    @Test
    void a_failure_that_nobody_foresaw_costs_one_attempt_and_no_thread() throws Exception {
        SmallGateway gateway = agent.gateway();
        KekkaiConfig.Gateway noHost = new KekkaiConfig.Gateway("no host", 1, 1);

        agent.begin(List.of(noHost, gateway.address()));

        await().atMost(AgentFixture.PATIENCE).until(agent::healthy);
        agent.roundTrip();
        await().atMost(AgentFixture.PATIENCE)
                .until(() -> agent.report().links().getFirst().problem().contains("not foreseen: "));
    }

    @Test
    void an_agent_whose_clock_is_an_hour_off_attests_and_serves() throws Exception {
        SmallGateway gateway = agent.owned(SmallGateway.valid(agent.fleet, "20260601000000Z", "20260608000000Z"));
        agent.clock(() -> Instant.parse("2026-05-31T23:00:00Z"));

        agent.start(gateway);

        agent.roundTrip();
    }

    @Test
    void a_gateway_whose_time_is_days_away_is_refused_and_both_clocks_are_named() throws Exception {
        SmallGateway gateway = agent.owned(SmallGateway.valid(agent.fleet, "20260601000000Z", "20260608000000Z"));
        agent.clock(() -> Instant.parse("2026-06-09T01:00:00Z"));

        agent.begin(gateway);

        await().atMost(AgentFixture.PATIENCE)
                .until(() -> agent.reason().contains("2026-06-08T00:00:00Z")
                        && agent.reason().contains("this node's clock says 2026-06-09T01:00:00Z"));
        assertThat(agent.fleet.attestations).hasValue(0);
    }
}
