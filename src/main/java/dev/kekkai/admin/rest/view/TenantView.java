package dev.kekkai.admin.rest.view;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A cluster whose nodes are served, and how it does.
 *
 * @param id its identity
 * @param name for people; it may change
 * @param pending whether a machine that nobody enrolled may wait for approval
 * @param serial of the authority chain that this follows from
 * @param stale why nobody may be let in now, or empty; nodes and groups are not known then
 * @param keyring what its nodes wrap with; absent if it has none in service
 * @param nodes how many there are of each state: ENROLLED, ADMITTED, REFUSED, EVICTED
 * @param waiting how many machines wait for approval
 * @param groups those that have nodes or a policy, by name
 */
public record TenantView(
        String id,
        String name,
        boolean pending,
        long serial,
        String stale,
        @Nullable KeyringSummary keyring,
        Map<String, Integer> nodes,
        int waiting,
        List<GroupView> groups) {
    /**
     * Nodes that are held to one policy.
     *
     * @param nodes how many are enrolled
     * @param policy whether it has one; without one none of its nodes is let in
     * @param alternatives how many there are of each state: PENDING, ACTIVE, RETIRED
     */
    public record GroupView(
            String name, int nodes, boolean policy, boolean auditOnly, Map<String, Integer> alternatives) {}
}
