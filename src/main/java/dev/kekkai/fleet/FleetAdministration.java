package dev.kekkai.fleet;

import dev.kekkai.attestation.ek.EkFingerprint;
import dev.kekkai.attestation.policy.Alternative;
import dev.kekkai.attestation.policy.Policy;
import dev.kekkai.audit.AuditException;
import dev.kekkai.audit.AuditTrail;
import dev.kekkai.id.NodeId;
import dev.kekkai.id.TenantId;
import dev.kekkai.keyring.Order;
import dev.kekkai.store.FleetEvent;
import dev.kekkai.store.StoreException;
import dev.kekkai.store.StoredFleet;
import dev.kekkai.store.StoredNode;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * All that is decided about nodes and policies: each decision is one transaction, recorded before it takes effect, and what was refused or failed
 * recorded too.
 *
 * <p>A node is named by its name, by its UUID, or by the beginning of that. Repeating what was done already changes nothing and says so. Every verb
 * throws a {@link FleetException} that says what is wrong with the order, and a {@link StoreException} or {@link AuditException} where it cannot be
 * written down.
 */
public final class FleetAdministration {
    private final FleetService fleet;
    private final Decision decisions;
    private final InstantSource clock;

    public FleetAdministration(FleetService fleet, AuditTrail audit, InstantSource clock) {
        this.fleet = fleet;
        this.decisions = new Decision(fleet, audit);
        this.clock = clock;
    }

    /** What is served now. */
    public FleetService fleet() {
        return fleet;
    }

    /**
     * The EK that an operator means: a whole fingerprint, or the first digits of that of a machine which waits for approval, 128 bits of its digest at least.
     *
     * @param said hex; colons and blanks are passed over
     */
    public EkFingerprint ek(TenantId tenant, String said) throws FleetException {
        return new NamedEk(fleet.claimants(tenant)).find(said);
    }

    /** Enrols machines, all or none. */
    public FleetChange enroll(Order order, List<EnrollRequest> requests)
            throws FleetException, StoreException, AuditException {
        List<String> machines = requests.stream()
                .map(it -> it.name() + " (EK " + it.ek().hex() + ", group " + it.group() + ")")
                .toList();
        String all = (machines.size() == 1 ? "" : machines.size() + " machines, all or none: ")
                + String.join(", ", machines);
        List<NodeId> ids = new ArrayList<>();
        requests.forEach(each -> ids.add(new NodeId(UUID.randomUUID())));
        StoredFleet after = decisions.decide(order, "node.enroll", new Decision.Words(all, () -> machines), before -> {
            List<FleetEvent> events = new ArrayList<>();
            for (int index = 0; index < requests.size(); index++) {
                events.add(new Enrolling(fleet.claimants(), clock.instant())
                        .event(before, ids.get(index), requests.get(index)));
            }
            return events;
        });
        List<Node> nodes = nodes(after, ids);
        List<String> said = new ArrayList<>();
        for (Node node : nodes) {
            said.add("node '" + node.name() + "' " + (order.dryRun() ? "would be" : "is") + " enrolled in group '"
                    + node.group() + "'" + (order.dryRun() ? "" : " as " + node.id()) + ", EK "
                    + node.ek().hex());
        }
        nodes.stream().map(Node::group).distinct().forEach(group -> {
            if (!after.policies().containsKey(new StoredFleet.Group(order.tenant(), group))) {
                said.add("group '" + group
                        + "' has no policy, so none of its nodes is let in: 'kekkai policy add' makes one");
            }
        });
        return new FleetChange(!order.dryRun(), said, nodes);
    }

    /** Lets a node in no more, from its next request on. Its EK stays on record. */
    public FleetChange evict(Order order, String node) throws FleetException, StoreException, AuditException {
        boolean[] done = new boolean[1];
        NodeId[] id = new NodeId[1];
        StoredFleet after = decisions.decide(order, "node.evict", node, before -> {
            StoredNode met = NodeNames.find(before, order.tenant(), node);
            id[0] = met.id();
            done[0] = met.evicted().isPresent();
            return done[0] ? List.of() : List.of(new FleetEvent.Evicted(met.id(), clock.instant()));
        });
        Node met = nodes(after, List.of(id[0])).getFirst();
        return new FleetChange(
                !done[0] && !order.dryRun(),
                List.of("node '" + met.name() + "' " + (done[0] ? "was evicted before" : outcome(order, "evicted"))
                        + (done[0] ? "" : ": it is refused from its next request on")),
                List.of(met));
    }

    /**
     * Lets the next attestation of a node pin its AK anew.
     *
     * @param countersAnew that its boot counters may begin anew too, as after {@code TPM2_Clear}
     */
    public FleetChange rebaseline(Order order, String node, boolean countersAnew)
            throws FleetException, StoreException, AuditException {
        NodeId[] id = new NodeId[1];
        String what = node + (countersAnew ? ", counters anew" : "");
        StoredFleet after = decisions.decide(order, "node.re-baseline", what, before -> {
            id[0] = NodeNames.find(before, order.tenant(), node).id();
            return List.of(new FleetEvent.Rebaselined(id[0], countersAnew, clock.instant()));
        });
        Node met = nodes(after, List.of(id[0])).getFirst();
        return new FleetChange(
                !order.dryRun(),
                List.of("the next attestation of node '" + met.name() + "' " + (order.dryRun() ? "would pin" : "pins")
                        + " its AK anew" + (countersAnew ? ", and its boot counters may begin anew" : "")),
                List.of(met));
    }

    /** Puts a whole policy in the place of a group's. */
    public FleetChange putPolicy(Order order, String group, Policy policy)
            throws FleetException, StoreException, AuditException {
        return policies().put(order, group, "put whole", met -> policy);
    }

    /** Adds an alternative to a group's policy, which begins with it if there is none. */
    public FleetChange addAlternative(Order order, String group, Alternative alternative)
            throws FleetException, StoreException, AuditException {
        return policies().add(order, group, alternative);
    }

    /** PENDING to ACTIVE. */
    public FleetChange activate(Order order, String group, String alternative)
            throws FleetException, StoreException, AuditException {
        return policies().move(order, group, alternative, "activate", Alternative::activate);
    }

    /** ACTIVE to RETIRED. */
    public FleetChange retire(Order order, String group, String alternative)
            throws FleetException, StoreException, AuditException {
        return policies().move(order, group, alternative, "retire", Alternative::retire);
    }

    /** Whether what the alternatives refuse is only reported. */
    public FleetChange auditOnly(Order order, String group, boolean on)
            throws FleetException, StoreException, AuditException {
        return policies().auditOnly(order, group, on);
    }

    private PolicyChanges policies() {
        return new PolicyChanges(decisions);
    }

    static String outcome(Order order, String done) {
        return (order.dryRun() ? "would be " : "is ") + done;
    }

    private static List<Node> nodes(StoredFleet after, List<NodeId> ids) {
        return ids.stream()
                .map(id -> after.nodes().get(id))
                .filter(node -> node != null)
                .map(StoredForms::node)
                .toList();
    }
}
