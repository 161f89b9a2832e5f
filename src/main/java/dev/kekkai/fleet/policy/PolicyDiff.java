package dev.kekkai.fleet.policy;

import dev.kekkai.attestation.pcr.BankName;
import dev.kekkai.attestation.pcr.Digest;
import dev.kekkai.attestation.pcr.PcrValues;
import dev.kekkai.attestation.pcr.Selection;
import dev.kekkai.attestation.policy.Alternative;
import dev.kekkai.attestation.policy.Outcome;
import dev.kekkai.attestation.policy.Policy;
import dev.kekkai.attestation.verdict.Finding;
import dev.kekkai.fleet.FleetException;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** Holds what a machine measured against each alternative of a policy by itself, as an attestation would if it were the only one. */
public final class PolicyDiff {
    private PolicyDiff() {}

    /**
     * How one alternative fares.
     *
     * @param findings what it does not accept; empty if it holds
     */
    public record Judged(String alternative, Alternative.State state, List<Finding> findings) {
        public Judged {
            findings = List.copyOf(findings);
        }
    }

    /** Of all alternatives that are not RETIRED, in their order. */
    public static List<Judged> of(Policy policy, Measured measured) throws FleetException {
        if (measured.bank() != policy.bank()) {
            throw new FleetException("the PCR values are of the bank " + BankName.of(measured.bank())
                    + ", and the policy speaks of " + BankName.of(policy.bank())
                    + ": 'kekkai node identity --bank' reads another one");
        }
        SortedMap<Integer, Digest> values = new TreeMap<>(measured.values());
        values.keySet().retainAll(policy.selection().pcrs());
        if (values.isEmpty()) {
            throw new FleetException("no PCR that the policy speaks of was measured");
        }
        PcrValues of = new PcrValues(Selection.of(policy.bank(), values.keySet()), values);
        List<Judged> all = new ArrayList<>();
        for (Alternative each : policy.alternatives()) {
            if (each.state() != Alternative.State.RETIRED) {
                Alternative alone = new Alternative(each.name(), Alternative.State.ACTIVE, each.rules());
                Policy only =
                        new Policy(policy.bank(), policy.atLeast(), policy.firmwareFloor(), false, List.of(alone));
                all.add(new Judged(each.name(), each.state(), findings(only.judge(of, measured.eventLog()))));
            }
        }
        return all;
    }

    private static List<Finding> findings(Outcome outcome) {
        return switch (outcome) {
            case Outcome.Matched ignored -> List.of();
            case Outcome.Mismatched mismatched -> mismatched.findings();
        };
    }
}
