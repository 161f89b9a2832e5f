package dev.kekkai.admin.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kekkai.admin.rest.view.NodeView;
import dev.kekkai.admin.rest.view.PolicyDiff;
import dev.kekkai.admin.rest.view.PolicyView;
import dev.kekkai.attestation.ek.EkFingerprint;
import dev.kekkai.attestation.pcr.Digest;
import dev.kekkai.attestation.policy.Alternative;
import dev.kekkai.attestation.policy.Alternative.State;
import dev.kekkai.attestation.policy.Policy;
import dev.kekkai.attestation.policy.Rule;
import dev.kekkai.attestation.verdict.TrustClass;
import dev.kekkai.fleet.Node;
import dev.kekkai.fleet.Observation;
import dev.kekkai.id.NodeId;
import dev.kekkai.id.TenantId;
import dev.kekkai.tpm.structure.HashAlg;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class FleetViewsTest {
    private static final Policy POLICY = new Policy(
            HashAlg.SHA256,
            TrustClass.HARDWARE,
            OptionalLong.of(-1),
            false,
            List.of(
                    alternative("6.1", State.ACTIVE, new Rule.Value(4, Set.of(digest('a'), digest('b')))),
                    alternative("6.2", State.PENDING, new Rule.Value(4, Set.of(digest('a'), digest('c'))))));

    private static Alternative alternative(String name, State state, Rule rule) {
        return new Alternative(name, state, List.of(rule, new Rule.Value(7, Set.of(digest('7')))));
    }

    private static Digest digest(char digit) {
        return new Digest(HashAlg.SHA256, String.valueOf(digit).repeat(64));
    }

    @Test
    void a_policy_is_shown_with_every_alternative_and_an_unsigned_floor() {
        PolicyView view = FleetViews.of("workers", POLICY);

        assertThat(view.bank()).isEqualTo("sha256");
        assertThat(view.atLeast()).isEqualTo("hardware");
        assertThat(view.firmwareFloor()).isEqualTo("18446744073709551615");
        assertThat(view.alternatives())
                .extracting(PolicyView.AlternativeView::state)
                .containsExactly("ACTIVE", "PENDING");
        assertThat(view.alternatives().getFirst().rules())
                .containsExactly(
                        new PolicyView.RuleView("value", 4, List.of("a".repeat(64), "b".repeat(64))),
                        new PolicyView.RuleView("value", 7, List.of("7".repeat(64))));
    }

    @Test
    void two_alternatives_differ_in_what_only_one_has() {
        PolicyDiff diff = FleetViews.diff("workers", POLICY, "6.1", "6.2");

        assertThat(diff.onlyInFrom()).containsExactly("value PCR 04 " + "b".repeat(64));
        assertThat(diff.onlyInTo()).containsExactly("value PCR 04 " + "c".repeat(64));
        assertThatThrownBy(() -> FleetViews.diff("workers", POLICY, "6.1", "6.3"))
                .isInstanceOfSatisfying(
                        ProblemException.class, e -> assertThat(e.code()).isEqualTo(ProblemCode.NO_SUCH_POLICY));
    }

    @Test
    void a_node_is_shown_with_what_was_last_seen_of_it() {
        Instant at = Instant.parse("2026-01-31T12:00:00Z");
        Node node = new Node(
                new NodeId(UUID.randomUUID()),
                TenantId.DEFAULT,
                "cp-1",
                "workers",
                EkFingerprint.parse("ab".repeat(32)),
                Optional.empty(),
                at,
                Optional.empty(),
                0);
        Observation seen = new Observation(
                at.plusSeconds(1),
                false,
                "{}",
                Optional.empty(),
                Optional.of(TrustClass.VOUCHED),
                Optional.empty(),
                Optional.empty(),
                "gw-1");

        NodeView view = FleetViews.of(node, Optional.of(seen));

        assertThat(view.state()).isEqualTo("REFUSED");
        assertThat(view.pinnedAk()).isNull();
        assertThat(view.last())
                .isEqualTo(new NodeView.Seen("2026-01-31T12:00:01Z", false, "{}", "vouched", null, "gw-1"));
        assertThat(FleetViews.of(node, Optional.empty()).last()).isNull();
    }
}
