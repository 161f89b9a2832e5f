package dev.kekkai.testing.fleet;

import dev.kekkai.attestation.ek.EkFingerprint;
import dev.kekkai.attestation.policy.Policy;
import dev.kekkai.fleet.Claimant;
import dev.kekkai.fleet.Fleet;
import dev.kekkai.fleet.FleetException;
import dev.kekkai.fleet.FleetView;
import dev.kekkai.fleet.Node;
import dev.kekkai.fleet.Observation;
import dev.kekkai.fleet.PolicyAge;
import dev.kekkai.id.NodeId;
import dev.kekkai.id.TenantId;
import dev.kekkai.store.StoredFleet.Replaced;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;

/** A fleet in memory: every change is one more in the authority chain, as with the real one. */
public final class MemoryFleet implements Fleet {
    private final Map<NodeId, Observation> observations = new ConcurrentHashMap<>();
    private final List<Claimant> claimants = new CopyOnWriteArrayList<>();
    private volatile FleetView view = new FleetView(1, Map.of(), Map.of(), Map.of());
    private volatile Optional<String> stale = Optional.empty();
    private volatile boolean pendingAllowed;
    private volatile boolean unproved;
    private volatile int proofs;

    public synchronized Node enroll(TenantId tenant, String name, EkFingerprint ek) {
        Node node = new Node(
                new NodeId(UUID.randomUUID()),
                tenant,
                name,
                "default",
                ek,
                Optional.empty(),
                Instant.now(),
                Optional.empty(),
                0);
        put(node);
        return node;
    }

    public synchronized void policy(TenantId tenant, Policy policy) {
        Map<FleetView.Group, Policy> policies = new HashMap<>(view.policies());
        FleetView.Group group = new FleetView.Group(tenant, "default");
        policies.put(group, policy);
        Map<FleetView.Group, PolicyAge> ages = new HashMap<>(view.ages());
        ages.merge(group, PolicyAge.first(policy, Instant.now()), MemoryFleet::after);
        view = new FleetView(view.serial() + 1, view.nodes(), policies, ages);
    }

    private static PolicyAge after(PolicyAge before, PolicyAge now) {
        List<Replaced> all = new ArrayList<>(before.before());
        all.addFirst(new Replaced(before.digest(), now.since()));
        return new PolicyAge(now.digest(), now.since(), all);
    }

    public synchronized void noPolicy(TenantId tenant) {
        Map<FleetView.Group, Policy> policies = new HashMap<>(view.policies());
        policies.remove(new FleetView.Group(tenant, "default"));
        view = new FleetView(view.serial() + 1, view.nodes(), policies, view.ages());
    }

    public void evict(NodeId id) {
        change(id, node -> with(node, node.pinnedAk(), Optional.of(Instant.now()), node.baseline()));
    }

    /** Forgets the pinned AK, or pins another. */
    public void rebaseline(NodeId id, Optional<String> ak) {
        change(id, node -> with(node, ak, node.evicted(), node.baseline() + 1));
    }

    private static Node with(Node node, Optional<String> ak, Optional<Instant> evicted, int baseline) {
        return new Node(
                node.id(), node.tenant(), node.name(), node.group(), node.ek(), ak, node.enrolled(), evicted, baseline);
    }

    /** From now on, until it is empty, nothing is known for certain. */
    public void stale(Optional<String> why) {
        stale = why;
    }

    /** As {@link #stale}, and nothing is known at all. */
    public synchronized void forgotten(String why) {
        stale = Optional.of(why);
        view = new FleetView(view.serial(), Map.of(), Map.of(), Map.of());
    }

    public void allowPending() {
        pendingAllowed = true;
    }

    public List<Claimant> claimants() {
        return claimants;
    }

    private synchronized void change(NodeId id, UnaryOperator<Node> by) {
        put(by.apply(view.node(id).orElseThrow()));
    }

    private void put(Node node) {
        Map<NodeId, Node> nodes = new HashMap<>(view.nodes());
        nodes.put(node.id(), node);
        view = new FleetView(view.serial() + 1, nodes, view.policies(), view.ages());
    }

    @Override
    public FleetView view() {
        return view;
    }

    @Override
    public Optional<String> stale() {
        return stale;
    }

    @Override
    public Optional<Observation> observed(NodeId node) {
        return Optional.ofNullable(observations.get(node));
    }

    @Override
    public synchronized void pin(NodeId id, String akName) throws FleetException {
        Node node = view.node(id).orElseThrow();
        if (!node.active() || node.pinnedAk().filter(ak -> !ak.equals(akName)).isPresent()) {
            throw new FleetException("evicted, or another AK is pinned");
        }
        put(with(node, Optional.of(akName), Optional.empty(), node.baseline()));
    }

    @Override
    public void observe(NodeId node, Observation observation) {
        observations.put(node, observation);
    }

    /** From now on the store cannot be proved anew, or can again. */
    public void unproved(boolean now) {
        unproved = now;
    }

    /** How often it was. */
    public int proofs() {
        return proofs;
    }

    @Override
    public synchronized void afresh(Instant now) throws FleetException {
        if (unproved) {
            throw new FleetException("the database is away");
        }
        observations.replaceAll((id, it) -> it.at().isAfter(now) ? at(it, now) : it);
        proofs++;
    }

    private static Observation at(Observation it, Instant at) {
        return new Observation(
                at,
                it.accepted(),
                it.verdict(),
                it.counters(),
                it.trust(),
                it.tlsKey(),
                it.certificateEnds(),
                it.gateway());
    }

    @Override
    public void await(Claimant claimant) throws FleetException {
        if (!pendingAllowed) {
            throw new FleetException("the tenant does not let machines wait");
        }
        claimants.add(claimant);
    }
}
