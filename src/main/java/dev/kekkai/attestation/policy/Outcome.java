package dev.kekkai.attestation.policy;

import dev.kekkai.attestation.verdict.Finding;
import java.util.List;

/** What came out of comparing measurements with a policy's alternatives. */
public sealed interface Outcome {
    /** This ACTIVE alternative holds. */
    record Matched(String alternative) implements Outcome {}

    /**
     * None holds.
     *
     * @param findings at least one: all that the nearest ACTIVE alternative does not accept, in the order of its rules
     */
    record Mismatched(List<Finding> findings) implements Outcome {
        public Mismatched {
            findings = List.copyOf(findings);
        }
    }
}
