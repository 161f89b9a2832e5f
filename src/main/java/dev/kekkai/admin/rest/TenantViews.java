package dev.kekkai.admin.rest;

import dev.kekkai.admin.rest.view.FleetScreen;
import dev.kekkai.admin.rest.view.KeyringSummary;
import dev.kekkai.admin.rest.view.NodeView;
import dev.kekkai.admin.rest.view.TenantView;
import dev.kekkai.attestation.policy.Alternative;
import dev.kekkai.attestation.policy.Policy;
import dev.kekkai.config.Tenants.Tenant;
import dev.kekkai.fleet.FleetService;
import dev.kekkai.fleet.FleetView;
import dev.kekkai.fleet.FleetView.Group;
import dev.kekkai.fleet.Node;
import dev.kekkai.fleet.NodeState;
import dev.kekkai.fleet.Observation;
import java.time.Instant;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Says how a tenant's nodes do in the words of the API. While they are not known there are none, and it says why. */
final class TenantViews {
    private static final int SHOWN = 50;

    private TenantViews() {}

    static TenantView of(ServedParts parts, Tenant tenant) {
        FleetService known = Fleets.of(parts).known();
        FleetView view = known.view();
        return new TenantView(
                tenant.id().toString(),
                tenant.name(),
                tenant.pending(),
                view.serial(),
                known.stale().orElse(""),
                keyring(parts, tenant),
                counts(NodeState.values(), view.of(tenant.id()), node -> NodeState.of(node, known.observed(node.id()))),
                known.claimants(tenant.id()).size(),
                groups(view, tenant));
    }

    static FleetScreen screen(ServedParts parts, Tenant tenant) {
        FleetService known = Fleets.of(parts).known();
        List<NodeView> refused = known.view().of(tenant.id()).stream()
                .filter(node -> NodeState.of(node, known.observed(node.id())) == NodeState.REFUSED)
                .sorted(Comparator.comparing((Node node) ->
                                known.observed(node.id()).map(Observation::at).orElse(Instant.MIN))
                        .reversed())
                .limit(SHOWN)
                .map(node -> FleetViews.of(node, known.observed(node.id())))
                .toList();
        return new FleetScreen(
                of(parts, tenant),
                refused,
                known.claimants(tenant.id()).stream()
                        .limit(SHOWN)
                        .map(FleetViews::of)
                        .toList());
    }

    private static @Nullable KeyringSummary keyring(ServedParts parts, Tenant tenant) {
        return Optional.ofNullable(parts.keyrings().get(tenant.id()))
                .map(keyring -> Views.keyring(keyring.snapshot(), Instant.now()))
                .orElse(null);
    }

    private static List<TenantView.GroupView> groups(FleetView view, Tenant tenant) {
        TreeSet<String> names = new TreeSet<>();
        view.of(tenant.id()).stream().filter(Node::active).map(Node::group).forEach(names::add);
        view.policies().keySet().stream()
                .filter(group -> group.tenant().equals(tenant.id()))
                .map(Group::name)
                .forEach(names::add);
        return names.stream()
                .map(name -> group(view, new Group(tenant.id(), name)))
                .toList();
    }

    private static TenantView.GroupView group(FleetView view, Group group) {
        Optional<Policy> policy = Optional.ofNullable(view.policies().get(group));
        return new TenantView.GroupView(
                group.name(),
                view.heldTo(group),
                policy.isPresent(),
                policy.map(Policy::auditOnly).orElse(false),
                counts(
                        Alternative.State.values(),
                        policy.map(Policy::alternatives).orElse(List.of()),
                        Alternative::state));
    }

    /** How many there are of each state, none included. */
    private static <S extends Enum<S>, T> Map<String, Integer> counts(S[] states, List<T> all, Function<T, S> of) {
        Map<String, Integer> counts = new LinkedHashMap<>();
        for (S state : states) {
            counts.put(state.name(), 0);
        }
        all.forEach(each -> counts.merge(of.apply(each).name(), 1, Integer::sum));
        return counts;
    }
}
