package dev.kekkai.store;

import dev.kekkai.id.NodeId;
import dev.kekkai.id.TenantId;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * All nodes and policies, as they follow from the authority chain.
 *
 * @param serial of the chain's last entry; 0 if there is no chain
 * @param nodes evicted ones too
 * @param policies the documents in their canonical bytes, which a store need not understand
 * @param put when each policy came to be what it is, and what it was before
 */
public record StoredFleet(
        long serial, Map<NodeId, StoredNode> nodes, Map<Group, byte[]> policies, Map<Group, PolicyPuts> put) {
    /** A group of a tenant's nodes. */
    public record Group(TenantId tenant, String name) {}

    /**
     * How a policy came to be what it is.
     *
     * @param digest hex of SHA-256 of the document in force
     * @param since when it was put, by the chain
     * @param before those that were in force before it, the latest first
     */
    public record PolicyPuts(String digest, Instant since, List<Replaced> before) {
        public PolicyPuts {
            before = List.copyOf(before);
        }
    }

    /**
     * A document that is in force no more.
     *
     * @param digest hex of SHA-256
     * @param at when another was put in its place, by the chain
     */
    public record Replaced(String digest, Instant at) {}

    public StoredFleet {
        nodes = Map.copyOf(nodes);
        policies = Map.copyOf(policies);
        put = Map.copyOf(put);
    }

    /** Where nothing was ever stored. */
    public static StoredFleet none() {
        return new StoredFleet(0, Map.of(), Map.of(), Map.of());
    }

    /** The node that an EK was enrolled for, evicted or not. */
    public Optional<StoredNode> marked(EkMark mark) {
        return nodes.values().stream().filter(node -> node.marked(mark)).findFirst();
    }
}
