package dev.kekkai.store;

import dev.kekkai.id.NodeId;
import dev.kekkai.id.TenantId;
import java.util.Map;
import java.util.Optional;

/**
 * All nodes and policies, as they follow from the authority chain.
 *
 * @param serial of the chain's last entry; 0 if there is no chain
 * @param nodes evicted ones too
 * @param policies the documents in their canonical bytes, which a store need not understand
 */
public record StoredFleet(long serial, Map<NodeId, StoredNode> nodes, Map<Group, byte[]> policies) {
    /** A group of a tenant's nodes. */
    public record Group(TenantId tenant, String name) {}

    public StoredFleet {
        nodes = Map.copyOf(nodes);
        policies = Map.copyOf(policies);
    }

    /** Where nothing was ever stored. */
    public static StoredFleet none() {
        return new StoredFleet(0, Map.of(), Map.of());
    }

    /** The node that an EK was enrolled for, evicted or not. */
    public Optional<StoredNode> marked(EkMark mark) {
        return nodes.values().stream().filter(node -> node.marked(mark)).findFirst();
    }
}
