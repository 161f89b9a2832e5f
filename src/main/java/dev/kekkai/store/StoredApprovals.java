package dev.kekkai.store;

import dev.kekkai.id.ApprovalId;
import dev.kekkai.id.TenantId;
import dev.kekkai.store.StoredApproval.Status;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * All requests for approval, as they follow from the authority chain.
 *
 * @param serial of the chain's last entry; 0 if there is no chain
 * @param latest the latest time that the chain has seen: what has expired by then does not come back with a clock that is set back
 * @param rules by action
 * @param all of all tenants, in the order in which they were made
 */
public record StoredApprovals(long serial, Instant latest, Map<String, ApprovalRule> rules, List<StoredApproval> all) {
    /** The most requests of a tenant that may wait at once. */
    public static final int MOST_OPEN = 32;

    public StoredApprovals {
        rules = Map.copyOf(rules);
        all = List.copyOf(all);
    }

    /** Where nothing was ever stored. */
    public static StoredApprovals none() {
        return new StoredApprovals(0, Instant.EPOCH, Map.of(), List.of());
    }

    /** Where a request is at a time. */
    public Status status(StoredApproval approval, Instant now) {
        return approval.status(now.isBefore(latest) ? latest : now);
    }

    /** Those of a tenant that wait for somebody. */
    public List<StoredApproval> open(TenantId tenant, Instant now) {
        return of(tenant).stream()
                .filter(approval -> status(approval, now) == Status.OPEN || status(approval, now) == Status.APPROVED)
                .toList();
    }

    public List<StoredApproval> of(TenantId tenant) {
        return all.stream()
                .filter(approval -> approval.request().tenant().equals(tenant))
                .toList();
    }

    public Optional<StoredApproval> find(ApprovalId id) {
        return all.stream().filter(approval -> approval.id().equals(id)).findFirst();
    }

    /** What holds for an action; empty if nothing was ever declared. */
    public Optional<ApprovalRule> rule(String action) {
        return Optional.ofNullable(rules.get(action));
    }
}
