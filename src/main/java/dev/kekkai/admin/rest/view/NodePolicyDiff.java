package dev.kekkai.admin.rest.view;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a node, as it last was quoted, fares under each alternative of its group's policy by itself. A comparison for people: it proves nothing.
 *
 * @param measured when it was quoted
 * @param holds whether an ACTIVE alternative holds
 * @param alternatives all that are not RETIRED
 */
public record NodePolicyDiff(
        String node, String group, String measured, boolean holds, List<JudgedAlternative> alternatives) {
    /** How it fares under one of them; findings are what that one does not accept. */
    public record JudgedAlternative(String name, String state, boolean holds, List<FindingView> findings) {}

    /**
     * One thing that is not as it must be.
     *
     * @param reason stable code
     * @param pcr absent if it is about none
     * @param expected what would have been accepted
     * @param found what was there instead, if it can be said
     */
    public record FindingView(
            String reason,
            String detail,
            @Nullable Integer pcr,
            List<String> expected,
            @Nullable String found) {}
}
