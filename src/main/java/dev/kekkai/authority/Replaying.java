package dev.kekkai.authority;

import dev.kekkai.authority.Statement.ApprovalChanged;
import dev.kekkai.authority.Statement.Begun;
import dev.kekkai.authority.Statement.Changed;
import dev.kekkai.authority.Statement.FleetChanged;
import dev.kekkai.authority.Statement.Reconciled;
import dev.kekkai.id.TenantId;
import dev.kekkai.store.ApprovalEvent;
import dev.kekkai.store.KeyringEvent;
import dev.kekkai.store.StoreException;
import dev.kekkai.store.StoredApprovals;
import dev.kekkai.store.StoredKeyring;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Keyrings and approvals while a chain is replayed: together, because a key's life depends on what was approved, and an approval on the key's state. */
final class Replaying {
    private final Map<TenantId, StoredKeyring> keyrings = new LinkedHashMap<>();
    private final ApprovalReplay approvals = new ApprovalReplay(keyrings);

    void apply(Entry entry) throws StoreException {
        approvals.at(entry.at());
        switch (entry.statement()) {
            case Changed(TenantId tenant, KeyringEvent event) -> {
                approvals.permit(tenant, event);
                keyrings.put(tenant, Replay.apply(Optional.ofNullable(keyrings.get(tenant)), tenant, event));
            }
            case ApprovalChanged(ApprovalEvent event) -> approvals.apply(event);
            case Reconciled reconciled -> {
                approvals.nothingElse();
                if (reconciled.givenUp().isPresent()) {
                    approvals.lapse();
                }
            }
            case Begun ignored -> approvals.nothingElse();
            case FleetChanged ignored -> approvals.nothingElse();
        }
    }

    /** No entry follows. */
    void end() throws StoreException {
        approvals.nothingElse();
    }

    Map<TenantId, StoredKeyring> keyrings() {
        return keyrings;
    }

    StoredApprovals approvals(long serial) {
        return approvals.approvals(serial);
    }
}
