package dev.kekkai.gateway;

import dev.kekkai.attestation.verdict.TrustClass;
import dev.kekkai.fleet.Fleet;
import dev.kekkai.fleet.Node;
import dev.kekkai.id.NodeId;
import dev.kekkai.identity.NodeCertificates;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jboss.logging.Logger;

/**
 * Which TLS key is each node's own now. An agent makes one at each start, so a new one supersedes the one before it, and that one is never heard of
 * again. If it is, somebody else has the node's TPM: a superseded key that attests anew, or two superseded ones that still ask, within the time that a
 * certificate lives, are a cloned vTPM. Then both are refused, until the node is re-baselined.
 */
final class Sightings {
    private static final Logger LOG = Logger.getLogger(Sightings.class);
    private static final int MOST_SUPERSEDED = 16;

    private final Fleet fleet;
    private final String gateway;
    private final Map<NodeId, Seen> byNode = new ConcurrentHashMap<>();

    /** @param gateway our own name, as it stands in observations */
    Sightings(Fleet fleet, String gateway) {
        this.fleet = fleet;
        this.gateway = gateway;
    }

    /** The node's current key, and when it was shown. */
    private record Current(String key, Instant at) {}

    private static final class Seen {
        Optional<Current> current = Optional.empty();
        /** When each was superseded, on the scale of nanoTime. */
        final Map<String, Long> superseded = new HashMap<>();

        final Set<String> returned = new HashSet<>();
        /** How often the node had been re-baselined when two keys alternated; a TPM makes the same AK again, which tells nothing. */
        OptionalInt clonedSince = OptionalInt.empty();

        /** What its EK was found to be worth when it last attested here. */
        Optional<TrustClass> trust = Optional.empty();

        void become(String key, Instant at) {
            current.filter(before -> !before.key().equals(key)).ifPresent(before -> supersede(before.key()));
            superseded.remove(key);
            current = Optional.of(new Current(key, at));
        }

        private void supersede(String key) {
            if (superseded.size() < MOST_SUPERSEDED) {
                superseded.put(key, System.nanoTime());
            }
        }

        void forgetOldOnes() {
            long now = System.nanoTime();
            superseded.values().removeIf(since -> now - since >= NodeCertificates.LIFETIME.toNanos());
            returned.retainAll(superseded.keySet());
        }
    }

    private Seen of(Node node) {
        return byNode.computeIfAbsent(node.id(), id -> new Seen());
    }

    /**
     * Before a key that has just attested is given a certificate.
     *
     * @param issued when that certificate is issued
     * @throws Denied if it alternates with another
     */
    void attests(Node node, String key, Instant issued) throws Denied {
        Seen seen = of(node);
        synchronized (seen) {
            takeOver(node, seen);
            throwIfCloned(node, seen);
            if (seen.superseded.containsKey(key) || seen.returned.size() > 1) {
                throw cloned(node, seen);
            }
            seen.become(key, issued);
        }
    }

    /** What was seen by a clock that is no longer trusted was not later than now. */
    void clockSet(Instant now) {
        for (Seen seen : byNode.values()) {
            synchronized (seen) {
                seen.current = seen.current.map(
                        current -> current.at().isAfter(now) ? new Current(current.key(), now) : current);
            }
        }
    }

    /** Remembers what the EK of a node that attested here was found to be worth. */
    void found(Node node, TrustClass trust) {
        Seen seen = of(node);
        synchronized (seen) {
            seen.trust = Optional.of(trust);
        }
    }

    /** What its EK was found to be worth, if it attested here since the start. */
    Optional<TrustClass> trust(Node node) {
        Seen seen = of(node);
        synchronized (seen) {
            return seen.trust;
        }
    }

    /** @throws Denied if two keys of the node alternated */
    void checkNotCloned(Node node) throws Denied {
        Seen seen = of(node);
        synchronized (seen) {
            throwIfCloned(node, seen);
        }
    }

    /**
     * Whether the connection's key is still the node's own.
     *
     * @param asks whether it says something now; a connection that lingers after its agent is gone does not
     * @throws Denied if it is not
     */
    void check(Node node, Peer peer, boolean asks) throws Denied {
        Seen seen = of(node);
        synchronized (seen) {
            takeOver(node, seen);
            throwIfCloned(node, seen);
            if (seen.current.isEmpty() || isNewer(peer, seen.current.get())) {
                seen.become(peer.tlsKey(), peer.issued());
                return;
            }
            if (seen.current.get().key().equals(peer.tlsKey())) {
                return;
            }
            seen.superseded.putIfAbsent(peer.tlsKey(), System.nanoTime());
            if (asks) {
                seen.returned.add(peer.tlsKey());
            }
            throw new Denied(
                    Code.SUPERSEDED,
                    "the node attested anew with another TLS key: its agent was started again, or somebody else has its TPM");
        }
    }

    /** What another gateway attested is not known here before the fleet tells; a certificate that was issued later is of a later key. */
    private static boolean isNewer(Peer peer, Current current) {
        return !peer.tlsKey().equals(current.key()) && peer.issued().isAfter(current.at());
    }

    /** What other gateways saw; a key that was superseded here is not brought back by it, since their clocks may be ahead. */
    private void takeOver(Node node, Seen seen) {
        seen.forgetOldOnes();
        fleet.observed(node.id())
                .filter(observation -> !observation.gateway().equals(gateway) && observation.accepted())
                .filter(observation -> observation
                        .tlsKey()
                        .filter(seen.superseded::containsKey)
                        .isEmpty())
                .filter(observation -> seen.current.isEmpty()
                        || observation.at().isAfter(seen.current.get().at()))
                .ifPresent(observation -> observation.tlsKey().ifPresent(key -> seen.become(key, observation.at())));
    }

    private static void throwIfCloned(Node node, Seen seen) throws Denied {
        if (seen.clonedSince.equals(OptionalInt.of(node.baseline()))) {
            throw cloned(node, seen);
        }
    }

    private static Denied cloned(Node node, Seen seen) {
        if (!seen.clonedSince.equals(OptionalInt.of(node.baseline()))) {
            LOG.errorf(
                    "ALARM: two TLS keys of node %s (%s) alternate: its vTPM was cloned. Both are refused; find the copy, then evict the node or re-baseline it",
                    node.name(), node.id());
        }
        seen.clonedSince = OptionalInt.of(node.baseline());
        seen.superseded.clear();
        seen.returned.clear();
        return new Denied(
                Code.SUSPECTED_CLONE,
                "two TLS keys of this node alternate: somebody has a copy of its vTPM. Find it, then evict the node, or re-baseline it");
    }
}
