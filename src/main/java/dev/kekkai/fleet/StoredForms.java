package dev.kekkai.fleet;

import dev.kekkai.attestation.ek.EkFingerprint;
import dev.kekkai.attestation.policy.Policy;
import dev.kekkai.attestation.verdict.BootCounters;
import dev.kekkai.attestation.verdict.TrustClass;
import dev.kekkai.fleet.policy.PolicyDocument;
import dev.kekkai.id.NodeId;
import dev.kekkai.store.EkMark;
import dev.kekkai.store.StoredClaim;
import dev.kekkai.store.StoredFleet;
import dev.kekkai.store.StoredNode;
import dev.kekkai.store.StoredObservation;
import dev.kekkai.store.StoredObservation.Counters;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jboss.logging.Logger;

/** Between what the store keeps as text and what attestation speaks of. */
final class StoredForms {
    private static final Logger LOG = Logger.getLogger(StoredForms.class);

    private StoredForms() {}

    /** A policy that cannot be read, because a newer version wrote it, is none: nobody of its group is let in. */
    static FleetView view(StoredFleet stored) {
        Map<NodeId, Node> nodes = new HashMap<>();
        stored.nodes().forEach((id, node) -> nodes.put(id, node(node)));
        Map<FleetView.Group, Policy> policies = new HashMap<>();
        stored.policies().forEach((group, document) -> {
            try {
                policies.put(
                        new FleetView.Group(group.tenant(), group.name()),
                        PolicyDocument.read("the policy of group '" + group.name() + "'", document));
            } catch (FleetException e) {
                LOG.errorf(
                        "no node of it is let in, since a newer version of Kekkai may have written it: %s",
                        e.getMessage());
            }
        });
        Map<FleetView.Group, PolicyAge> ages = new HashMap<>();
        stored.put()
                .forEach((group, puts) ->
                        ages.put(new FleetView.Group(group.tenant(), group.name()), PolicyAge.of(puts)));
        return new FleetView(stored.serial(), nodes, policies, ages);
    }

    static Node node(StoredNode node) {
        return new Node(
                node.id(),
                node.tenant(),
                node.name(),
                node.group(),
                fingerprint(node.ek()),
                node.pinnedAk(),
                node.enrolled(),
                node.evicted(),
                node.baseline());
    }

    static EkFingerprint fingerprint(EkMark mark) {
        return new EkFingerprint(
                switch (mark.kind()) {
                    case NAME -> EkFingerprint.Kind.NAME;
                    case SPKI -> EkFingerprint.Kind.SPKI;
                },
                mark.hex());
    }

    static EkMark mark(EkFingerprint ek) {
        return new EkMark(
                switch (ek.kind()) {
                    case NAME -> EkMark.Kind.NAME;
                    case SPKI -> EkMark.Kind.SPKI;
                },
                ek.hex());
    }

    static StoredObservation stored(NodeId node, Observation it, int era) {
        return new StoredObservation(
                node,
                it.at(),
                it.accepted(),
                it.verdict(),
                era,
                it.counters()
                        .map(counters -> new Counters(
                                Integer.toUnsignedLong(counters.resetCount()),
                                Integer.toUnsignedLong(counters.restartCount()))),
                it.trust().map(TrustClass::word),
                it.tlsKey(),
                it.certificateEnds(),
                it.gateway(),
                StoredObservation.Signed.NOTHING);
    }

    static Observation observation(StoredObservation it) {
        return new Observation(
                it.at(),
                it.accepted(),
                it.verdict(),
                it.counters().map(counters -> new BootCounters((int) counters.resets(), (int) counters.restarts())),
                it.trust().flatMap(StoredForms::trust),
                it.tlsKey(),
                it.certificateEnds(),
                it.gateway());
    }

    private static Optional<TrustClass> trust(String word) {
        return Arrays.stream(TrustClass.values())
                .filter(trust -> trust.word().equals(word))
                .findFirst();
    }

    static StoredClaim stored(Claimant it) {
        return new StoredClaim(
                it.tenant(), mark(it.ek()), it.spki(), it.hostName(), it.source(), it.first(), it.last());
    }

    /** @throws IllegalArgumentException if the row is of no EK */
    static Claimant claimant(StoredClaim it) {
        return new Claimant(
                it.tenant(), fingerprint(it.ek()), it.spki(), it.hostName(), it.source(), it.first(), it.last());
    }
}
