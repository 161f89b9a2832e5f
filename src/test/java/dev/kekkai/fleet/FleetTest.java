package dev.kekkai.fleet;

import static dev.kekkai.fleet.Gateway.OTHER;
import static dev.kekkai.fleet.Gateway.TENANT;
import static dev.kekkai.fleet.Gateway.comesBack;
import static dev.kekkai.fleet.Gateway.ek;
import static dev.kekkai.fleet.Gateway.order;
import static dev.kekkai.fleet.Gateway.request;
import static dev.kekkai.fleet.Gateway.spki;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kekkai.attestation.pcr.Digest;
import dev.kekkai.attestation.policy.Alternative;
import dev.kekkai.attestation.policy.Rule;
import dev.kekkai.attestation.verdict.BootCounters;
import dev.kekkai.attestation.verdict.TrustClass;
import dev.kekkai.audit.AuditEvent;
import dev.kekkai.audit.AuditEvent.Outcome;
import dev.kekkai.audit.AuditException;
import dev.kekkai.store.StoredObservation;
import dev.kekkai.testing.authority.MemorySigningKey;
import dev.kekkai.testing.store.TestDatabase;
import dev.kekkai.tpm.structure.HashAlg;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Nodes from their enrolment to their eviction, seen by two gateways on one database. */
@ParameterizedClass
@EnumSource(TestDatabase.Kind.class)
class FleetTest {
    private static final String AK = "000b" + "aa".repeat(32);
    private static final String OTHER_AK = "000b" + "bb".repeat(32);

    @TempDir
    Path folder;

    @Parameter
    TestDatabase.Kind kind;

    private Gateway gateway;
    private Gateway other;

    @BeforeEach
    void two_gateways() throws Exception {
        TestDatabase database = kind.in(folder);
        MemorySigningKey key = new MemorySigningKey();
        gateway = new Gateway(database, key, Files.createDirectory(folder.resolve("one")));
        other = new Gateway(database, key, Files.createDirectory(folder.resolve("two")));
    }

    @AfterEach
    void close_them() {
        gateway.close();
        other.close();
    }

    private static Observation seen(Instant at, int resets, int restarts) {
        return new Observation(
                at,
                true,
                "{}",
                Optional.of(new BootCounters(resets, restarts)),
                Optional.of(TrustClass.VOUCHED),
                Optional.of("cc".repeat(32)),
                Optional.of(at.plusSeconds(600)),
                "gateway-1");
    }

    private static byte[] filled() {
        byte[] bytes = new byte[32];
        bytes[0] = 4;
        return bytes;
    }

    private static BootCounters counters(Gateway of, Node node) {
        return of.fleet.observed(node.id()).orElseThrow().counters().orElseThrow();
    }

    @Test
    void a_node_that_one_gateway_enrols_is_known_to_the_other_at_its_next_look() throws Exception {
        Node node = gateway.enrolled("cp-1", ek(1));

        assertThat(gateway.fleet.view().node(node.id())).contains(node);
        assertThat(other.fleet.view().node(node.id())).isEmpty();
        other.fleet.look();
        assertThat(other.fleet.view().node(node.id())).contains(node);
        assertThat(other.fleet.view().serial()).isEqualTo(gateway.fleet.view().serial());
    }

    /** By it every gateway gives the same grace. */
    @Test
    void when_a_policy_was_replaced_is_the_same_on_every_gateway() throws Exception {
        FleetView.Group group = new FleetView.Group(Gateway.TENANT, "control-plane");
        Alternative next = new Alternative(
                "next",
                Alternative.State.PENDING,
                List.of(new Rule.Value(4, Set.of(Digest.of(HashAlg.SHA256, filled())))));
        gateway.administration.addAlternative(order(), "control-plane", next);
        PolicyAge first = gateway.fleet.view().ages().get(group);
        gateway.administration.activate(order(), "control-plane", "next");
        PolicyAge second = gateway.fleet.view().ages().get(group);

        assertThat(second.digest())
                .isNotEqualTo(first.digest())
                .isEqualTo(PolicyAge.digest(gateway.fleet.view().policies().get(group)));
        assertThat(second.replaced(first.digest())).contains(second.since());
        other.fleet.look();
        assertThat(other.fleet.view().ages().get(group)).isEqualTo(second);
    }

    @Test
    void an_ek_is_enrolled_once_in_any_tenant() throws Exception {
        gateway.enrolled("cp-1", ek(1));

        assertThatThrownBy(() -> other.administration.enroll(Gateway.of(OTHER), List.of(request("stolen", ek(1)))))
                .isInstanceOf(FleetException.class)
                .hasMessageContaining("this EK is enrolled already, for node 'cp-1'");
        assertThat(other.recorded).extracting(AuditEvent::outcome).containsExactly(Outcome.REFUSED);
        assertThat(other.fleet.view().of(OTHER)).isEmpty();
    }

    @Test
    void an_ek_is_enrolled_once_under_either_of_its_fingerprints() throws Exception {
        gateway.administration.enroll(
                order(), List.of(new EnrollRequest("cp-1", "group", ek(1), Optional.of(spki(1)), false)));

        assertThatThrownBy(() -> gateway.enrolled("cp-2", spki(1)))
                .isInstanceOf(FleetException.class)
                .hasMessageContaining("this EK is enrolled already");
    }

    @Test
    void an_evicted_ek_stays_taken_until_an_operator_says_that_the_board_comes_back() throws Exception {
        Node node = gateway.enrolled("cp-1", ek(1));
        gateway.administration.evict(order(), "cp-1");

        assertThat(gateway.fleet.view().node(node.id()).orElseThrow().active()).isFalse();
        assertThatThrownBy(() -> gateway.enrolled("cp-1", ek(1)))
                .isInstanceOf(FleetException.class)
                .hasMessageContaining("was evicted")
                .hasMessageContaining("--after-eviction");
        Node back = gateway.administration
                .enroll(order(), List.of(comesBack("cp-1", ek(1))))
                .nodes()
                .getFirst();

        assertThat(back.id()).isNotEqualTo(node.id());
        assertThat(gateway.fleet.view().nodes()).containsOnlyKeys(back.id());
    }

    @Test
    void what_was_never_evicted_does_not_come_back() {
        assertThatThrownBy(() -> gateway.administration.enroll(order(), List.of(comesBack("cp-1", ek(1)))))
                .isInstanceOf(FleetException.class)
                .hasMessageContaining("no evicted node has the EK");
    }

    @Test
    void an_evicted_node_keeps_its_tombstone_when_its_other_fingerprint_comes_back() throws Exception {
        gateway.administration.enroll(
                order(), List.of(new EnrollRequest("cp-1", "group", ek(1), Optional.of(spki(1)), false)));
        gateway.administration.evict(order(), "cp-1");
        gateway.administration.enroll(order(), List.of(comesBack("cp-2", ek(1))));

        assertThatThrownBy(() -> gateway.enrolled("cp-3", spki(1)))
                .isInstanceOf(FleetException.class)
                .hasMessageContaining("for node 'cp-2'");
    }

    @Test
    void a_file_of_many_is_enrolled_as_a_whole_or_not_at_all() throws Exception {
        assertThatThrownBy(() -> gateway.administration.enroll(
                        order(), List.of(request("cp-1", ek(1)), request("cp-2", ek(2)), request("cp-3", ek(1)))))
                .isInstanceOf(FleetException.class);
        assertThat(gateway.fleet.view().nodes()).isEmpty();

        assertThat(gateway.administration
                        .enroll(order(), List.of(request("cp-1", ek(1)), request("cp-2", ek(2))))
                        .nodes())
                .extracting(Node::name)
                .containsExactly("cp-1", "cp-2");
    }

    @Test
    void the_name_of_an_evicted_node_is_free_and_that_of_another_is_not() throws Exception {
        gateway.enrolled("cp-1", ek(1));
        assertThatThrownBy(() -> gateway.enrolled("cp-1", ek(2)))
                .isInstanceOf(FleetException.class)
                .hasMessageContaining("has a node 'cp-1' already");
        gateway.administration.evict(order(), "cp-1");

        assertThat(gateway.enrolled("cp-1", ek(2)).active()).isTrue();
    }

    @Test
    void an_ak_is_pinned_once_whichever_gateway_is_first() throws Exception {
        Node node = gateway.enrolled("cp-1", ek(1));
        other.fleet.look();
        gateway.fleet.pin(node.id(), AK);
        gateway.fleet.pin(node.id(), AK);

        assertThatThrownBy(() -> other.fleet.pin(node.id(), OTHER_AK))
                .isInstanceOf(FleetException.class)
                .hasMessageContaining("has another AK pinned");
        assertThat(gateway.fleet.view().node(node.id()).orElseThrow().pinnedAk())
                .contains(AK);
        gateway.administration.rebaseline(order(), "cp-1", false);
        assertThat(gateway.fleet.view().node(node.id()).orElseThrow().pinnedAk())
                .isEmpty();
        other.fleet.pin(node.id(), OTHER_AK);
        assertThat(other.fleet.view().node(node.id()).orElseThrow().pinnedAk()).contains(OTHER_AK);
    }

    @Test
    void the_ak_of_a_node_that_was_evicted_meanwhile_is_not_pinned() throws Exception {
        Node node = gateway.enrolled("cp-1", ek(1));
        other.fleet.look();
        gateway.administration.evict(order(), "cp-1");

        assertThatThrownBy(() -> other.fleet.pin(node.id(), AK))
                .isInstanceOf(FleetException.class)
                .hasMessageContaining("was evicted");
    }

    @Test
    void counters_never_go_back_here_or_by_another_gateway_or_a_new_start() throws Exception {
        Node node = gateway.enrolled("cp-1", ek(1));
        Instant at = Instant.now().truncatedTo(ChronoUnit.MILLIS).minusSeconds(60);
        gateway.fleet.observe(node.id(), seen(at, 5, 2));
        gateway.fleet.observe(node.id(), seen(at.plusSeconds(1), 4, 9));
        assertThat(counters(gateway, node)).isEqualTo(new BootCounters(5, 2));
        gateway.fleet.look();

        other.fleet.look();
        assertThat(counters(other, node)).isEqualTo(new BootCounters(5, 2));
        other.fleet.observe(node.id(), seen(at.minusSeconds(3600), 6, 0));
        other.fleet.look();
        gateway.fleet.look();
        assertThat(counters(gateway, node)).isEqualTo(new BootCounters(6, 0));
        assertThat(gateway.fleet.observed(node.id()).orElseThrow().at()).isEqualTo(at.plusSeconds(1));
    }

    @Test
    void what_a_gateway_saw_in_times_to_come_is_not_believed_and_what_is_seen_now_replaces_it() throws Exception {
        Node node = gateway.enrolled("cp-1", ek(1));
        Instant now = Instant.now().truncatedTo(ChronoUnit.MILLIS);
        gateway.fleet.observe(node.id(), seen(now.plusSeconds(3600), 5, 2));
        gateway.fleet.look();

        other.fleet.look();
        assertThat(other.fleet.observed(node.id()).orElseThrow().at()).isBetween(now, Instant.now());
        assertThat(counters(other, node)).isEqualTo(new BootCounters(5, 2));
        Observation later = seen(Instant.now().truncatedTo(ChronoUnit.MILLIS), 5, 3);
        other.fleet.observe(node.id(), later);
        other.fleet.look();
        other.fleet.look();
        assertThat(other.fleet.observed(node.id())).contains(later);
        assertThat(other.store.fleet().observations())
                .extracting(StoredObservation::at)
                .containsExactly(later.at());
    }

    @Test
    void what_a_gateway_saw_whose_clock_is_a_little_ahead_stays_the_latest() throws Exception {
        Node node = gateway.enrolled("cp-1", ek(1));
        Instant ahead = Instant.now().truncatedTo(ChronoUnit.MILLIS).plusSeconds(240);
        gateway.fleet.observe(node.id(), seen(ahead, 5, 2));
        gateway.fleet.look();

        other.fleet.look();
        other.fleet.observe(node.id(), seen(Instant.now().truncatedTo(ChronoUnit.MILLIS), 5, 2));
        other.fleet.look();
        assertThat(other.fleet.observed(node.id()).orElseThrow().at()).isEqualTo(ahead);
        assertThat(other.store.fleet().observations())
                .extracting(StoredObservation::at)
                .containsExactly(ahead);
    }

    @Test
    void counters_begin_anew_when_an_operator_says_so_and_those_of_before_do_not_come_back() throws Exception {
        Node node = gateway.enrolled("cp-1", ek(1));
        Instant at = Instant.now().truncatedTo(ChronoUnit.MILLIS).minusSeconds(60);
        gateway.fleet.observe(node.id(), seen(at, 0xFFFF_FFFE, 2));
        gateway.fleet.look();
        other.fleet.look();
        gateway.administration.rebaseline(order(), node.id().toString(), true);

        assertThat(gateway.fleet.observed(node.id()).orElseThrow().counters()).isEmpty();
        gateway.fleet.observe(node.id(), seen(at.plusSeconds(9), 1, 0));
        gateway.fleet.look();
        other.fleet.look();
        assertThat(counters(gateway, node)).isEqualTo(new BootCounters(1, 0));
        assertThat(counters(other, node)).isEqualTo(new BootCounters(1, 0));
    }

    @Test
    void a_decision_that_cannot_be_recorded_does_not_take_effect() {
        gateway.auditFails();

        assertThatThrownBy(() -> gateway.enrolled("cp-1", ek(1))).isInstanceOf(AuditException.class);
        gateway.fleet.look();
        assertThat(gateway.fleet.view().nodes()).isEmpty();
    }

    @Test
    void a_dry_run_says_what_would_be_and_leaves_all_as_it_is() throws Exception {
        FleetChange change = gateway.administration.enroll(Gateway.dryRun(), List.of(request("cp-1", ek(1))));

        assertThat(change.changed()).isFalse();
        assertThat(change.said().getFirst()).contains("would be enrolled");
        assertThat(gateway.recorded).isEmpty();
        gateway.fleet.look();
        assertThat(gateway.fleet.view().nodes()).isEmpty();
    }

    @Test
    void tenants_see_and_change_their_own_nodes_only() throws Exception {
        Node node = gateway.enrolled("cp-1", ek(1));

        assertThatThrownBy(() -> gateway.administration.evict(
                        Gateway.of(OTHER), node.id().toString()))
                .isInstanceOf(FleetException.class)
                .hasMessageContaining("the tenant has no node");
        assertThat(gateway.fleet.view().of(TENANT)).containsExactly(node);
    }
}
