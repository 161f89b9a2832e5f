package dev.kekkai.admin.rest;

import dev.kekkai.admin.rest.view.ClaimView;
import dev.kekkai.admin.rest.view.FleetChangeView;
import dev.kekkai.admin.rest.view.NodeView;
import dev.kekkai.admin.rest.view.PolicyDiff;
import dev.kekkai.admin.rest.view.PolicyView;
import dev.kekkai.attestation.pcr.BankName;
import dev.kekkai.attestation.pcr.Digest;
import dev.kekkai.attestation.policy.Alternative;
import dev.kekkai.attestation.policy.Policy;
import dev.kekkai.attestation.policy.Rule;
import dev.kekkai.attestation.verdict.TrustClass;
import dev.kekkai.fleet.Claimant;
import dev.kekkai.fleet.Fleet;
import dev.kekkai.fleet.FleetChange;
import dev.kekkai.fleet.Node;
import dev.kekkai.fleet.NodeState;
import dev.kekkai.fleet.Observation;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Says what is known of nodes and policies in the words of the API. */
final class FleetViews {
    private FleetViews() {}

    static NodeView of(Node node, Optional<Observation> observed) {
        return new NodeView(
                node.id().toString(),
                node.tenant().toString(),
                node.name(),
                node.group(),
                NodeState.of(node, observed).name(),
                node.ek().hex(),
                node.pinnedAk().orElse(null),
                node.enrolled().toString(),
                Views.time(node.evicted().orElse(null)),
                observed.map(FleetViews::of).orElse(null));
    }

    static FleetChangeView of(FleetChange change, Fleet fleet) {
        return new FleetChangeView(
                change.changed(),
                change.said(),
                change.nodes().stream()
                        .map(node -> of(node, fleet.observed(node.id())))
                        .toList());
    }

    static ClaimView of(Claimant claimant) {
        return new ClaimView(
                claimant.tenant().toString(),
                claimant.ek().hex(),
                claimant.spki(),
                claimant.hostName(),
                claimant.source(),
                claimant.first().toString(),
                claimant.last().toString());
    }

    private static NodeView.Seen of(Observation seen) {
        return new NodeView.Seen(
                seen.at().toString(),
                seen.accepted(),
                seen.verdict(),
                seen.trust().map(TrustClass::word).orElse(null),
                Views.time(seen.certificateEnds().orElse(null)),
                seen.gateway());
    }

    static PolicyView of(String group, Policy policy) {
        return new PolicyView(
                group,
                BankName.of(policy.bank()),
                policy.atLeast().word(),
                policy.firmwareFloor().isPresent()
                        ? Long.toUnsignedString(policy.firmwareFloor().getAsLong())
                        : "",
                policy.auditOnly(),
                policy.alternatives().stream().map(FleetViews::of).toList(),
                policy.weaknesses());
    }

    private static PolicyView.AlternativeView of(Alternative alternative) {
        return new PolicyView.AlternativeView(
                alternative.name(),
                alternative.state().name(),
                alternative.rules().stream()
                        .map(rule -> new PolicyView.RuleView(
                                kind(rule),
                                rule.pcr(),
                                rule.digests().stream()
                                        .map(Digest::hex)
                                        .sorted()
                                        .toList()))
                        .sorted(Comparator.comparing(PolicyView.RuleView::pcr).thenComparing(PolicyView.RuleView::kind))
                        .toList());
    }

    static PolicyDiff diff(String group, Policy policy, String from, String to) {
        Set<String> before = lines(find(policy, from));
        Set<String> after = lines(find(policy, to));
        return new PolicyDiff(group, from, to, minus(before, after), minus(after, before));
    }

    static Alternative find(Policy policy, String name) {
        return policy.alternatives().stream()
                .filter(alternative -> alternative.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new ProblemException(
                        ProblemCode.NO_SUCH_POLICY, "the policy has no alternative of one of these names"));
    }

    private static Set<String> lines(Alternative alternative) {
        return alternative.rules().stream()
                .flatMap(rule -> rule.digests().stream()
                        .map(digest -> kind(rule) + " PCR %02d ".formatted(rule.pcr()) + digest.hex()))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static List<String> minus(Set<String> all, Set<String> others) {
        return all.stream().filter(line -> !others.contains(line)).toList();
    }

    private static String kind(Rule rule) {
        return switch (rule) {
            case Rule.Value ignored -> "value";
            case Rule.LogAllows ignored -> "log-allows";
            case Rule.LogRequires ignored -> "log-requires";
            case Rule.LogForbids ignored -> "log-forbids";
        };
    }
}
