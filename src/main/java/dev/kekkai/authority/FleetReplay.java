package dev.kekkai.authority;

import dev.kekkai.id.NodeId;
import dev.kekkai.id.TenantId;
import dev.kekkai.store.EkMark;
import dev.kekkai.store.FleetEvent;
import dev.kekkai.store.FleetEvent.AkPinned;
import dev.kekkai.store.FleetEvent.Enrolled;
import dev.kekkai.store.FleetEvent.Evicted;
import dev.kekkai.store.FleetEvent.PolicyPut;
import dev.kekkai.store.FleetEvent.Rebaselined;
import dev.kekkai.store.StoreException;
import dev.kekkai.store.StoredFleet;
import dev.kekkai.store.StoredFleet.PolicyPuts;
import dev.kekkai.store.StoredFleet.Replaced;
import dev.kekkai.store.StoredNode;
import java.time.Instant;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What events make of nodes and policies. That an EK is enrolled once, over all tenants and eviction, is decided here and nowhere else; an event that
 * breaks a rule is refused and changes nothing.
 */
final class FleetReplay {
    private final Map<NodeId, StoredNode> nodes = new LinkedHashMap<>();
    private final Map<EkMark, NodeId> taken = new HashMap<>();
    private final Map<Name, NodeId> names = new HashMap<>();
    private final Map<StoredFleet.Group, byte[]> policies = new HashMap<>();

    private final Map<StoredFleet.Group, PolicyPuts> puts = new HashMap<>();
    /** More changes than this within the life of a certificate, and those that were judged by the first are judged anew at once. */
    private static final int MOST_REPLACED = 16;

    private record Name(TenantId tenant, String name) {}

    StoredFleet fleet(long serial) {
        return new StoredFleet(serial, nodes, policies, puts);
    }

    /** @param at when the chain says that it was written */
    void apply(TenantId tenant, FleetEvent event, Instant at) throws StoreException {
        switch (event) {
            case Enrolled enrolled -> enroll(tenant, enrolled);
            case AkPinned(NodeId id, String ak) -> {
                StoredNode node = active(tenant, id);
                Optional<String> pinned = node.pinnedAk();
                if (pinned.isPresent() && !pinned.get().equals(ak)) {
                    throw new StoreException(
                            "node '" + node.name() + "' has another AK pinned: if it has a new one for a"
                                    + " good reason, 'kekkai node re-baseline' lets the next attestation pin it");
                }
                nodes.put(id, node.pinned(Optional.of(ak)));
            }
            case Evicted(NodeId id, var when) -> {
                StoredNode node = active(tenant, id);
                names.remove(new Name(tenant, node.name()));
                nodes.put(id, node.evicted(when));
            }
            case Rebaselined(NodeId id, boolean countersAnew, var when) ->
                nodes.put(id, active(tenant, id).rebaselined(countersAnew));
            case PolicyPut(String group, byte[] document) -> put(new StoredFleet.Group(tenant, group), document, at);
        }
    }

    private void put(StoredFleet.Group group, byte[] document, Instant at) {
        policies.put(group, document);
        String digest = HexFormat.of().formatHex(Entry.hash(document));
        puts.merge(
                group,
                new PolicyPuts(digest, at, List.of()),
                (before, now) -> new PolicyPuts(
                        digest,
                        at,
                        Stream.concat(Stream.of(new Replaced(before.digest(), at)), before.before().stream())
                                .limit(MOST_REPLACED)
                                .toList()));
    }

    private StoredNode active(TenantId tenant, NodeId id) throws StoreException {
        StoredNode node = nodes.get(id);
        if (node == null || !node.tenant().equals(tenant)) {
            throw new StoreException("tenant " + tenant + " has no node " + id);
        }
        if (node.evicted().isPresent()) {
            throw new StoreException("node '" + node.name() + "' (" + id + ") was evicted at "
                    + node.evicted().get() + ": a board that comes back is enrolled anew, with --after-eviction");
        }
        return node;
    }

    private void enroll(TenantId tenant, Enrolled it) throws StoreException {
        Optional<NodeId> replaced = it.replaces();
        List<EkMark> marks =
                Stream.concat(Stream.of(it.ek()), it.otherEk().stream()).toList();
        if (nodes.containsKey(it.node())) {
            throw new StoreException("there is a node " + it.node() + " already");
        }
        for (EkMark mark : marks) {
            NodeId other = taken.get(mark);
            if (other != null && !replaced.filter(other::equals).isPresent()) {
                throw taken(other);
            }
        }
        NodeId namesake = names.get(new Name(tenant, it.name()));
        if (namesake != null) {
            throw new StoreException("the tenant has a node '" + it.name() + "' already, " + namesake
                    + ": take another name, or evict that one first");
        }
        Optional<EkMark> other = it.otherEk();
        if (replaced.isPresent()) {
            StoredNode before = forget(replaced.get(), marks);
            other = other.or(() -> Stream.concat(Stream.of(before.ek()), before.otherEk().stream())
                    .filter(mark -> !mark.equals(it.ek()))
                    .findFirst());
        }
        StoredNode node = new StoredNode(
                it.node(),
                tenant,
                it.name(),
                it.group(),
                it.ek(),
                other,
                Optional.empty(),
                it.at(),
                Optional.empty(),
                0,
                0);
        nodes.put(node.id(), node);
        names.put(new Name(tenant, node.name()), node.id());
        taken.put(node.ek(), node.id());
        node.otherEk().ifPresent(mark -> taken.put(mark, node.id()));
    }

    private StoredNode forget(NodeId id, List<EkMark> marks) throws StoreException {
        StoredNode node = nodes.get(id);
        if (node == null || node.evicted().isEmpty() || marks.stream().noneMatch(node::marked)) {
            throw new StoreException("node " + id + " is no evicted one of the same EK");
        }
        nodes.remove(id);
        return node;
    }

    private StoreException taken(NodeId other) {
        StoredNode node = nodes.get(other);
        String whose =
                node == null ? other.toString() : "'" + node.name() + "' (" + other + ") of tenant " + node.tenant();
        return node != null && node.evicted().isPresent()
                ? new StoreException("this EK was enrolled for node " + whose + ", which was evicted at "
                        + node.evicted().get() + ": if the board is to come back, say --after-eviction")
                : new StoreException("this EK is enrolled already, for node " + whose + ": an EK is enrolled once");
    }
}
