package dev.kekkai.fleet;

import dev.kekkai.id.TenantId;
import dev.kekkai.store.StoredFleet;
import dev.kekkai.store.StoredNode;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Finds the node that an operator means: by its UUID, by its name among those enrolled, or by the beginning of the UUID. A whole UUID comes first, so
 * that nobody is meant by another's who is called like it.
 */
final class NodeNames {
    private static final int SHORTEST = 4;

    private NodeNames() {}

    static StoredNode find(StoredFleet fleet, TenantId tenant, String said) throws FleetException {
        List<StoredNode> named = of(
                fleet, tenant, node -> node.evicted().isEmpty() && node.name().equals(said));
        List<StoredNode> whole = of(fleet, tenant, node -> node.id().toString().equals(said));
        List<StoredNode> exact = whole.isEmpty() ? named : whole;
        List<StoredNode> found = !exact.isEmpty()
                ? exact
                : of(
                        fleet,
                        tenant,
                        node -> said.length() >= SHORTEST
                                        && node.id().toString().startsWith(said)
                                || node.name().equals(said));
        if (found.isEmpty()) {
            throw new FleetException("the tenant has no node '" + said + "': 'kekkai node list --all' shows them all");
        }
        if (found.size() > 1) {
            throw new FleetException("'" + said + "' is more than one node, "
                    + found.stream().map(node -> node.id().toString()).collect(Collectors.joining(", "))
                    + ": say the UUID");
        }
        return found.getFirst();
    }

    private static List<StoredNode> of(StoredFleet fleet, TenantId tenant, Predicate<StoredNode> wanted) {
        return fleet.nodes().values().stream()
                .filter(node -> node.tenant().equals(tenant))
                .filter(wanted)
                .toList();
    }
}
