package dev.kekkai.authority;

import dev.kekkai.id.TenantId;
import dev.kekkai.store.ApprovalEvent;
import dev.kekkai.store.FleetEvent;
import dev.kekkai.store.KeyringEvent;
import dev.kekkai.store.SeenHead;
import java.util.Optional;

/** What an entry of the chain says. */
public sealed interface Statement {
    /**
     * The chain begins.
     *
     * @param givenUp the furthest point of a chain that was lost with its database, if there was one
     */
    record Begun(Optional<SeenHead> givenUp) implements Statement {}

    /**
     * An operator made this chain the current one, although a host had seen another.
     *
     * @param givenUp what that host had seen; what of it is not in this chain does not count any more
     */
    record Reconciled(Optional<SeenHead> givenUp) implements Statement {}

    /** Something was decided about a tenant's nodes or policies. */
    record FleetChanged(TenantId tenant, FleetEvent event) implements Statement {}

    /** Something was asked for, approved, or made a rule. */
    record ApprovalChanged(ApprovalEvent event) implements Statement {}

    /** Something happened to a tenant's keyring. */
    record Changed(TenantId tenant, KeyringEvent event) implements Statement {}
}
