package dev.kekkai.admin.rest.view;

import org.jspecify.annotations.Nullable;

/**
 * An enrolled machine.
 *
 * @param group whose policy it is held to
 * @param state ENROLLED, ADMITTED, REFUSED or EVICTED
 * @param ek what was approved: hex of its name, or of SHA-256 of its SubjectPublicKeyInfo
 * @param pinnedAk hex of the AK's name since the first attestation
 * @param last what was last seen of it
 */
public record NodeView(
        String id,
        String tenant,
        String name,
        String group,
        String state,
        String ek,
        @Nullable String pinnedAk,
        String enrolled,
        @Nullable String evicted,
        @Nullable Seen last) {
    /**
     * A verdict.
     *
     * @param verdict as JSON, schema 1 of the verdicts
     * @param gateway which one saw it
     */
    public record Seen(
            String at,
            boolean accepted,
            String verdict,
            @Nullable String trust,
            @Nullable String certificateEnds,
            String gateway) {}
}
