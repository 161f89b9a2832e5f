package dev.kekkai.attestation.policy;

import dev.kekkai.tpm.structure.HashAlg;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * One thing that a node may have booted, so that an upgrade is staged instead of fought: the new kernel's alternative is added as PENDING,
 * activated before the upgrade, and the old one retired after it.
 *
 * @param name for people; unique within its policy
 * @param rules all of them must hold
 */
public record Alternative(String name, State state, List<Rule> rules) {
    /** PENDING → ACTIVE → RETIRED, never back: what is to be accepted again is added again. */
    public enum State {
        /** Accepts nobody yet; a verdict says if it would have. */
        PENDING,
        /** Accepts. */
        ACTIVE,
        /** Accepts nobody any more. */
        RETIRED
    }

    /** @throws IllegalArgumentException if it has no name, rules of several banks, or rules that prove nothing */
    public Alternative {
        if (name.isBlank()) {
            throw new IllegalArgumentException("an alternative needs a name");
        }
        rules = List.copyOf(rules);
        Sufficiency.objection(rules).ifPresent(objection -> {
            throw new IllegalArgumentException("alternative '" + name + "' proves nothing: " + objection);
        });
        if (rules.stream()
                        .flatMap(rule -> rule.digests().stream())
                        .map(d -> d.bank())
                        .distinct()
                        .count()
                != 1) {
            throw new IllegalArgumentException("alternative '" + name + "' has digests of several banks");
        }
    }

    /**
     * The same, ACTIVE.
     *
     * @throws IllegalStateException if it is not PENDING
     */
    public Alternative activate() {
        return move(State.PENDING, State.ACTIVE);
    }

    /**
     * The same, RETIRED.
     *
     * @throws IllegalStateException if it is not ACTIVE
     */
    public Alternative retire() {
        return move(State.ACTIVE, State.RETIRED);
    }

    private Alternative move(State from, State to) {
        if (state != from) {
            throw new IllegalStateException("alternative '" + name + "' is " + state + ", and only a " + from
                    + " one becomes " + to + ": add it again under another name");
        }
        return new Alternative(name, to, rules);
    }

    HashAlg bank() {
        return rules.getFirst().digests().iterator().next().bank();
    }

    SortedSet<Integer> pcrs() {
        SortedSet<Integer> pcrs = new TreeSet<>();
        rules.forEach(rule -> pcrs.add(rule.pcr()));
        return pcrs;
    }
}
