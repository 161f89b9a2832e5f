package dev.kekkai.fleet;

import dev.kekkai.attestation.ek.EkFingerprint;
import dev.kekkai.attestation.ek.EndorsementKey;
import dev.kekkai.attestation.policy.Policy;
import dev.kekkai.id.NodeId;
import dev.kekkai.id.TenantId;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * All nodes and policies at one serial of the authority chain. Immutable.
 *
 * @param serial of the authority chain that it follows from
 * @param nodes of all tenants, evicted ones too
 * @param policies by group
 * @param ages how each came to be what it is
 */
public record FleetView(long serial, Map<NodeId, Node> nodes, Map<Group, Policy> policies, Map<Group, PolicyAge> ages) {
    /** Nodes of one tenant that are held to one policy. */
    public record Group(TenantId tenant, String name) {}

    public FleetView {
        nodes = Map.copyOf(nodes);
        policies = Map.copyOf(policies);
        ages = Map.copyOf(ages);
    }

    public Optional<Node> node(NodeId id) {
        return Optional.ofNullable(nodes.get(id));
    }

    /**
     * The node that an EK was enrolled for, evicted or not. There is one, unless the same EK was enrolled ahead in two spellings, by name and by public
     * key; then it is an evicted one before all others, and the one that was enrolled first.
     */
    public Optional<Node> byEk(EndorsementKey ek) {
        EkFingerprint name = EkFingerprint.nameOf(ek);
        EkFingerprint spki = EkFingerprint.spkiOf(ek);
        return nodes.values().stream()
                .filter(node -> node.ek().equals(name) || node.ek().equals(spki))
                .min(Comparator.comparing(Node::active).thenComparing(Node::enrolled));
    }

    /** What a node is held to; empty if its group has no policy, and then it is not let in. */
    public Optional<Policy> policyOf(Node node) {
        return Optional.ofNullable(policies.get(new Group(node.tenant(), node.group())));
    }

    /** How many nodes are held to the policy of a group, evicted ones not counted. */
    public int heldTo(Group group) {
        return (int) nodes.values().stream()
                .filter(node -> node.active()
                        && node.tenant().equals(group.tenant())
                        && node.group().equals(group.name()))
                .count();
    }

    /** How what it is held to came to be; there is one where there is a policy. */
    public Optional<PolicyAge> ageOf(Node node) {
        return Optional.ofNullable(ages.get(new Group(node.tenant(), node.group())));
    }

    /** In the order of their names. */
    public List<Node> of(TenantId tenant) {
        return nodes.values().stream()
                .filter(node -> node.tenant().equals(tenant))
                .sorted(Comparator.comparing(Node::name)
                        .thenComparing(node -> node.id().toString()))
                .toList();
    }
}
