package dev.kekkai.attestation.policy;

import dev.kekkai.attestation.pcr.BankName;
import dev.kekkai.attestation.pcr.PcrValues;
import dev.kekkai.attestation.verdict.Finding;
import dev.kekkai.attestation.verdict.Reason;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Tries the alternatives one after the other, and says of the nearest what it lacked. */
final class PolicyJudge {
    private final Policy policy;
    private final PcrValues values;
    private final RuleCheck check;

    PolicyJudge(Policy policy, PcrValues values, byte[] eventLog) {
        this.policy = policy;
        this.values = values;
        this.check = new RuleCheck(values, eventLog);
    }

    Outcome judge() {
        List<Finding> zeros = zeros();
        if (!zeros.isEmpty()) {
            return new Outcome.Mismatched(zeros);
        }
        List<List<Finding>> tried = new ArrayList<>();
        for (Alternative alternative : inState(Alternative.State.ACTIVE).toList()) {
            List<Finding> findings = findings(alternative);
            if (findings.isEmpty()) {
                return new Outcome.Matched(alternative.name());
            }
            tried.add(findings);
        }
        List<Finding> nearest = tried.stream()
                .min(Comparator.comparingInt(List::size))
                .orElse(List.of(Finding.of(
                        Reason.POLICY_EMPTY,
                        "the policy has no active alternative: activate one, or make it audit-only")));
        return new Outcome.Mismatched(hint().map(hint -> hinted(nearest, hint)).orElse(nearest));
    }

    /** Before all alternatives, because no log and no rule can make up for it. */
    private List<Finding> zeros() {
        return values.byPcr().entrySet().stream()
                .filter(entry -> Sufficiency.provesNothingIfZero(entry.getKey())
                        && entry.getValue().isZero())
                .map(entry -> Finding.ofPcr(
                        Reason.PCR_ZERO,
                        "the firmware measured nothing into it, so it proves nothing: enable measured boot, and the "
                                + BankName.of(values.selection().bank()) + " bank, in the firmware's setup",
                        entry.getKey(),
                        List.of(),
                        Optional.of(entry.getValue().hex())))
                .toList();
    }

    private List<Finding> findings(Alternative alternative) {
        return alternative.rules().stream()
                .flatMap(rule -> check.objection(rule, alternative.name()).stream())
                .distinct()
                .toList();
    }

    /** Where a step of an upgrade was forgotten. */
    private Optional<String> hint() {
        return Stream.of(Alternative.State.PENDING, Alternative.State.RETIRED)
                .flatMap(this::inState)
                .filter(alternative -> findings(alternative).isEmpty())
                .findFirst()
                .map(alternative -> switch (alternative.state()) {
                    case PENDING -> "what it booted is pending as '" + alternative.name() + "': activate that";
                    case ACTIVE, RETIRED -> "what it booted was retired as '" + alternative.name() + "'";
                });
    }

    private Stream<Alternative> inState(Alternative.State state) {
        return policy.alternatives().stream().filter(alternative -> alternative.state() == state);
    }

    private static List<Finding> hinted(List<Finding> findings, String hint) {
        List<Finding> hinted = new ArrayList<>(findings);
        Finding first = findings.getFirst();
        hinted.set(
                0,
                new Finding(
                        first.reason(), first.detail() + "; " + hint, first.pcr(), first.expected(), first.found()));
        return hinted;
    }
}
