package dev.kekkai.admin.rest;

import dev.kekkai.admin.rest.view.NodePolicyDiff;
import dev.kekkai.attestation.policy.Alternative;
import dev.kekkai.attestation.policy.Policy;
import dev.kekkai.attestation.verdict.Finding;
import dev.kekkai.fleet.FleetException;
import dev.kekkai.fleet.Node;
import dev.kekkai.fleet.Observation;
import dev.kekkai.fleet.policy.Measured;
import dev.kekkai.fleet.policy.PolicyDiff;
import java.util.List;
import java.util.Optional;

/** What {@code kekkai policy diff NODE} says, in the words of the API. */
final class NodeDiffs {
    private NodeDiffs() {}

    static NodePolicyDiff of(Node node, Policy policy, Optional<Observation> seen) {
        try {
            Observation last = seen.orElseThrow(NodeDiffs::nothing);
            Measured measured =
                    Measured.read("the last verdict", last.verdict()).orElseThrow(NodeDiffs::nothing);
            List<PolicyDiff.Judged> judged = PolicyDiff.of(policy, measured);
            return new NodePolicyDiff(
                    node.id().toString(),
                    node.group(),
                    last.at().toString(),
                    judged.stream()
                            .anyMatch(each -> each.state() == Alternative.State.ACTIVE
                                    && each.findings().isEmpty()),
                    judged.stream().map(NodeDiffs::of).toList());
        } catch (FleetException e) {
            throw new ProblemException(ProblemCode.NOT_MEASURED, e);
        }
    }

    private static ProblemException nothing() {
        return new ProblemException(ProblemCode.NOT_MEASURED, "no quote of it is known");
    }

    private static NodePolicyDiff.JudgedAlternative of(PolicyDiff.Judged judged) {
        return new NodePolicyDiff.JudgedAlternative(
                judged.alternative(),
                judged.state().name(),
                judged.findings().isEmpty(),
                judged.findings().stream().map(NodeDiffs::of).toList());
    }

    private static NodePolicyDiff.FindingView of(Finding finding) {
        return new NodePolicyDiff.FindingView(
                finding.reason().code(),
                finding.detail(),
                finding.pcr().isPresent() ? finding.pcr().getAsInt() : null,
                finding.expected(),
                finding.found().orElse(null));
    }
}
