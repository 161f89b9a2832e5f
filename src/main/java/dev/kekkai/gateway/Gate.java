package dev.kekkai.gateway;

import dev.kekkai.fleet.Fleet;
import dev.kekkai.fleet.FleetView;
import dev.kekkai.fleet.Node;
import dev.kekkai.id.NodeId;
import dev.kekkai.identity.NodeName;
import java.util.Optional;

/**
 * What is asked before each request on the service port: is the certificate's time not over, is the node still one of ours, and of that tenant, does it
 * fit its policy, is the key its own. From memory; nothing blocks.
 */
final class Gate {
    private final Fleet fleet;
    private final ClockWatch clock;
    private final PolicyWatch policies;
    private final Sightings sightings;

    Gate(Fleet fleet, ClockWatch clock, PolicyWatch policies, Sightings sightings) {
        this.fleet = fleet;
        this.clock = clock;
        this.policies = policies;
        this.sightings = sightings;
    }

    /**
     * Lets a request pass.
     *
     * @return the node that asks
     * @throws Denied if it may ask for nothing
     */
    Node check(Peer peer) throws Denied {
        return check(peer, true);
    }

    /**
     * The same while nothing is asked: whether the connection may stay.
     *
     * @throws Denied if it may not
     */
    Node look(Peer peer) throws Denied {
        return check(peer, false);
    }

    private Node check(Peer peer, boolean asks) throws Denied {
        Node node = identify(peer, asks);
        FleetView view = fleet.view();
        if (view.policyOf(node).isEmpty()) {
            checkFresh();
            throw noPolicy(node);
        }
        policies.check(node, peer, view.ageOf(node).orElseThrow(() -> noPolicy(node)));
        return node;
    }

    /**
     * The same for a node that begins something, or is about to show that it fits its policy.
     *
     * @throws Denied if it may not even do that
     */
    Node identify(Peer peer) throws Denied {
        return identify(peer, true);
    }

    private Node identify(Peer peer, boolean asks) throws Denied {
        NodeName name = NodeName.of(peer.certificate())
                .orElseThrow(() -> new Denied(Code.PROTOCOL, "the certificate names no node"));
        clock.check(peer);
        checkFresh();
        Node node = known(fleet, name.node());
        checkNotEvicted(node);
        if (!node.tenant().equals(name.tenant())) {
            throw new Denied(Code.OTHER_TENANT, "the node belongs to another tenant than its certificate says");
        }
        sightings.check(node, peer, asks);
        return node;
    }

    /** The node; while too little is known nobody is there, so that it is not is believed only of a second look, at what is fresh. */
    static Node known(Fleet fleet, NodeId id) throws Denied {
        Optional<Node> known = fleet.view().node(id);
        if (known.isEmpty()) {
            checkFresh(fleet);
            known = fleet.view().node(id);
        }
        return known.orElseThrow(() -> new Denied(Code.EVICTED, "this gateway knows no node " + id + " any more"));
    }

    /** @throws Denied if too little is known to let anybody in */
    void checkFresh() throws Denied {
        checkFresh(fleet);
    }

    static void checkFresh(Fleet fleet) throws Denied {
        Optional<String> stale = fleet.stale();
        if (stale.isPresent()) {
            throw new Denied(Code.STORE_STALE, stale.get());
        }
    }

    static void checkNotEvicted(Node node) throws Denied {
        if (!node.active()) {
            throw new Denied(
                    Code.EVICTED,
                    "the node was evicted at " + node.evicted().orElseThrow()
                            + ": it has to be enrolled again, if that is right");
        }
    }

    static Denied noPolicy(Node node) {
        return new Denied(
                Code.NO_POLICY,
                "the group '" + node.group() + "' has no policy, and nobody is let in without one: add one");
    }
}
