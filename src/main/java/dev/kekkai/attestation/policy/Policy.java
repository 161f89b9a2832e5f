package dev.kekkai.attestation.policy;

import dev.kekkai.attestation.pcr.BankName;
import dev.kekkai.attestation.pcr.PcrValues;
import dev.kekkai.attestation.pcr.Selection;
import dev.kekkai.attestation.verdict.TrustClass;
import dev.kekkai.tpm.structure.HashAlg;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;

/**
 * What is demanded of a group of nodes. An immutable value.
 *
 * @param bank whose PCRs are quoted and compared
 * @param atLeast how much an EK must be worth
 * @param firmwareFloor the lowest TPMS_ATTEST.firmwareVersion that is accepted, unsigned; makers count in their own ways, so it fits one
 *     model of TPM
 * @param auditOnly what alternatives and floor refuse is reported and let pass: for the first days of a policy. It relaxes nothing
 *     else: identity, freshness, signature and counters are always enforced
 * @param alternatives one ACTIVE one that holds is enough
 */
public record Policy(
        HashAlg bank,
        TrustClass atLeast,
        OptionalLong firmwareFloor,
        boolean auditOnly,
        List<Alternative> alternatives) {
    /** Quoted where no alternative says which. */
    private static final Set<Integer> WATCHED = Set.of(0, 2, 4, 7);

    /** @throws IllegalArgumentException if two alternatives have one name, or one is about another bank */
    public Policy {
        alternatives = List.copyOf(alternatives);
        Set<String> names = new HashSet<>();
        for (Alternative alternative : alternatives) {
            if (!names.add(alternative.name())) {
                throw new IllegalArgumentException("two alternatives are named '" + alternative.name() + "'");
            }
            if (alternative.bank() != bank) {
                throw new IllegalArgumentException("alternative '" + alternative.name() + "' has digests of "
                        + BankName.of(alternative.bank()) + ", and the policy's bank is " + BankName.of(bank));
            }
        }
    }

    /** The PCRs that a node of this policy has to quote: those of all alternatives that are not RETIRED, or 0, 2, 4 and 7. */
    public Selection selection() {
        Set<Integer> pcrs = new TreeSet<>();
        alternatives.stream()
                .filter(alternative -> alternative.state() != Alternative.State.RETIRED)
                .forEach(alternative -> pcrs.addAll(alternative.pcrs()));
        return Selection.of(bank, pcrs.isEmpty() ? WATCHED : pcrs);
    }

    /**
     * Compares what was measured with the alternatives.
     *
     * @param values authenticated by a quote
     * @param eventLog raw, as the node sent it; empty if there is none; only read if a rule speaks of it
     */
    public Outcome judge(PcrValues values, byte[] eventLog) {
        return new PolicyJudge(this, values, eventLog).judge();
    }

    /** What it leaves open even if all goes well, a sentence each, for a person to read before relying on it. */
    public List<String> weaknesses() {
        return alternatives.stream()
                .filter(alternative -> alternative.state() != Alternative.State.RETIRED)
                .flatMap(alternative -> Sufficiency.weaknesses(alternative.rules(), bank).stream()
                        .map(weakness -> "alternative '" + alternative.name() + "': " + weakness))
                .toList();
    }
}
