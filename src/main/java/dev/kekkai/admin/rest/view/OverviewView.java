package dev.kekkai.admin.rest.view;

import java.util.List;

/**
 * The first screen in one call, from memory: it never waits for HSM or store.
 *
 * @param version of Kekkai
 * @param nodes how many are enrolled, of all tenants; -1 where none are served, or while it is not known
 * @param openApprovals how many requests wait for somebody to approve or reject them
 */
public record OverviewView(
        String version,
        String role,
        String started,
        HealthView health,
        HsmView hsm,
        List<KeyringSummary> keyrings,
        int nodes,
        int openApprovals) {}
