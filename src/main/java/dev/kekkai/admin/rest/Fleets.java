package dev.kekkai.admin.rest;

import dev.kekkai.attestation.policy.Policy;
import dev.kekkai.config.Tenants.Tenant;
import dev.kekkai.fleet.Claimant;
import dev.kekkai.fleet.FleetView;
import dev.kekkai.fleet.FleetView.Group;
import dev.kekkai.fleet.Node;
import dev.kekkai.fleet.policy.PolicyText;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Finds what a path names among nodes and policies, and says whether it is still what a client saw. */
final class Fleets {
    private Fleets() {}

    /** The nodes that this server serves, if it does. */
    static ServedFleet of(ServedParts parts) {
        return parts.fleet()
                .orElseThrow(() -> new ProblemException(
                        ProblemCode.FLEET_NOT_SERVED,
                        "the role of this server is " + parts.facts().role()));
    }

    /** The tenant that a path names, by its UUID or its name. */
    static Tenant tenant(ServedFleet fleet, String said) {
        return fleet.tenants()
                .find(said)
                .orElseThrow(() -> new ProblemException(
                        ProblemCode.NO_SUCH_TENANT, "no tenant of this name or UUID is configured"));
    }

    /** Nodes and policies; a problem while they are not known, because nothing to show is not the same. */
    static FleetView view(ServedFleet fleet) {
        Optional<String> stale = fleet.known().stale();
        if (stale.isPresent()) {
            throw new ProblemException(ProblemCode.FLEET_NOT_KNOWN, stale.get());
        }
        return fleet.known().view();
    }

    static Node node(FleetView view, Tenant tenant, String id) {
        return view.of(tenant.id()).stream()
                .filter(node -> node.id().toString().equals(id))
                .findFirst()
                .orElseThrow(
                        () -> new ProblemException(ProblemCode.NO_SUCH_NODE, "the tenant has no node with this id"));
    }

    /** The machine that waits, by either fingerprint of its EK. */
    static Claimant claimant(ServedFleet fleet, Tenant tenant, String ek) {
        return fleet.known().claimants(tenant.id()).stream()
                .filter(claimant ->
                        claimant.ek().hex().equals(ek) || claimant.spki().equals(ek))
                .findFirst()
                .orElseThrow(() -> new ProblemException(ProblemCode.NO_SUCH_CLAIM, "no machine with this EK waits"));
    }

    static Policy policy(FleetView view, Tenant tenant, String group) {
        Policy policy = view.policies().get(new Group(tenant.id(), group));
        if (policy == null) {
            throw new ProblemException(ProblemCode.NO_SUCH_POLICY, "no group of this name has a policy");
        }
        return policy;
    }

    /** Of what the authority chain says of a node; what was seen of it changes all the time. */
    static String tag(Node node) {
        return Tags.of(text(node));
    }

    /** Of all nodes of a tenant. */
    static String tag(List<Node> nodes) {
        return Tags.of(nodes.stream().map(Fleets::text).collect(Collectors.joining("\n")));
    }

    private static String text(Node node) {
        return String.join(
                " ",
                node.id().toString(),
                node.name(),
                node.group(),
                node.ek().hex(),
                node.pinnedAk().orElse("-"),
                node.evicted().map(Object::toString).orElse("-"));
    }

    static String tag(Policy policy) {
        return Tags.of(new String(PolicyText.canonical(policy), StandardCharsets.UTF_8));
    }

    /** Of a group's policy, which there need not be yet. */
    static String tag(FleetView view, Tenant tenant, String group) {
        Policy policy = view.policies().get(new Group(tenant.id(), group));
        return policy == null ? Tags.of("no policy") : tag(policy);
    }
}
