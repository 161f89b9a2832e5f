package dev.kekkai.fleet;

import dev.kekkai.attestation.policy.Alternative;
import dev.kekkai.attestation.policy.Policy;
import dev.kekkai.fleet.policy.PolicyDocument;
import dev.kekkai.fleet.policy.PolicyText;
import java.util.ArrayList;
import java.util.List;

/**
 * A policy without the RETIRED alternatives that it need not carry any more. They accept nobody, and what an alternative was stands in the authority
 * chain for good; left in the document, they would fill it up over the years.
 *
 * @param dropped names of those, the first to be retired first
 */
record Lean(Policy policy, List<String> dropped) {
    /** As many as a person looks back on. */
    static final int MOST_RETIRED = 16;

    /** Keeps the last {@value #MOST_RETIRED} to be retired, or as many of them as the document has room for. */
    static Lean of(Policy policy) {
        List<Alternative> kept = new ArrayList<>(policy.alternatives());
        List<String> dropped = new ArrayList<>();
        List<Alternative> retired = kept.stream()
                .filter(each -> each.state() == Alternative.State.RETIRED)
                .toList();
        Policy lean = policy;
        for (int index = 0; index < retired.size(); index++) {
            if (retired.size() - index <= MOST_RETIRED
                    && PolicyText.canonical(lean).length <= PolicyDocument.MOST_BYTES) {
                break;
            }
            kept.remove(retired.get(index));
            dropped.add(retired.get(index).name());
            lean = new Policy(policy.bank(), policy.atLeast(), policy.firmwareFloor(), policy.auditOnly(), kept);
        }
        return new Lean(lean, dropped);
    }

    byte[] canonical() {
        return PolicyText.canonical(policy);
    }

    /**
     * Its canonical form, which was read back.
     *
     * @throws FleetException if it cannot be, and so must not come into force
     */
    byte[] readable(String group) throws FleetException {
        byte[] canonical = canonical();
        if (canonical.length > PolicyDocument.MOST_BYTES) {
            throw new FleetException("the policy of group '" + group + "' would be " + canonical.length / 1024
                    + " KiB, and a document has at most " + PolicyDocument.MOST_BYTES / 1024
                    + " KiB, all alternatives together: retire what no node boots any more, put a document without it"
                    + " ('kekkai policy put'), or list fewer digests. Nothing was changed");
        }
        PolicyDocument.read("the policy that group '" + group + "' would have", canonical);
        return canonical;
    }
}
