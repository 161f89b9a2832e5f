package dev.kekkai.admin.rest.view;

import java.util.List;

/**
 * What a group of nodes is held to.
 *
 * @param atLeast trust class of the EK
 * @param firmwareFloor unsigned, or empty
 * @param auditOnly what alternatives and floor refuse is reported and let pass
 * @param weaknesses what it leaves open even if all goes well
 */
public record PolicyView(
        String group,
        String bank,
        String atLeast,
        String firmwareFloor,
        boolean auditOnly,
        List<AlternativeView> alternatives,
        List<String> weaknesses) {
    /** One thing that a node may have booted; state is PENDING, ACTIVE or RETIRED. */
    public record AlternativeView(String name, String state, List<RuleView> rules) {}

    /** What one PCR must be; kind is value, log-allows, log-requires or log-forbids. */
    public record RuleView(String kind, int pcr, List<String> digests) {}
}
