package dev.kekkai.admin;

import dev.kekkai.attestation.verdict.TrustClass;
import dev.kekkai.fleet.Claimant;
import dev.kekkai.fleet.Fleet;
import dev.kekkai.fleet.FleetChange;
import dev.kekkai.fleet.Node;
import dev.kekkai.fleet.NodeState;
import dev.kekkai.fleet.Observation;
import dev.kekkai.wire.admin.v1.EnrolledNode;
import dev.kekkai.wire.admin.v1.FleetChanged;
import dev.kekkai.wire.admin.v1.SeenNode;
import dev.kekkai.wire.admin.v1.WaitingMachine;
import java.time.Instant;
import java.util.Optional;

/** Nodes as messages. */
final class FleetMessages {
    private FleetMessages() {}

    static FleetChanged of(FleetChange change, Fleet fleet) {
        FleetChanged.Builder message =
                FleetChanged.newBuilder().setChanged(change.changed()).addAllSaid(change.said());
        change.nodes().forEach(node -> message.addNodes(of(node, fleet.observed(node.id()))));
        return message.build();
    }

    static EnrolledNode of(Node node, Optional<Observation> seen) {
        EnrolledNode.Builder message = EnrolledNode.newBuilder()
                .setId(node.id().toString())
                .setName(node.name())
                .setGroup(node.group())
                .setState(NodeState.of(node, seen).name())
                .setEk(node.ek().hex())
                .setPinnedAk(node.pinnedAk().orElse(""))
                .setEnrolledMillis(node.enrolled().toEpochMilli())
                .setEvictedMillis(millis(node.evicted()));
        seen.ifPresent(observation -> message.setSeen(of(observation)));
        return message.build();
    }

    private static SeenNode of(Observation seen) {
        SeenNode.Builder message = SeenNode.newBuilder()
                .setAtMillis(seen.at().toEpochMilli())
                .setAccepted(seen.accepted())
                .setVerdict(seen.verdict())
                .setCounted(seen.counters().isPresent())
                .setTrust(seen.trust().map(TrustClass::word).orElse(""))
                .setTlsKey(seen.tlsKey().orElse(""))
                .setCertificateEndsMillis(millis(seen.certificateEnds()))
                .setGateway(seen.gateway());
        seen.counters()
                .ifPresent(counters -> message.setResets(counters.resetCount()).setRestarts(counters.restartCount()));
        return message.build();
    }

    static WaitingMachine of(Claimant claimant) {
        return WaitingMachine.newBuilder()
                .setEk(claimant.ek().hex())
                .setSpki(claimant.spki())
                .setHostName(claimant.hostName())
                .setSource(claimant.source())
                .setFirstMillis(claimant.first().toEpochMilli())
                .setLastMillis(claimant.last().toEpochMilli())
                .build();
    }

    private static long millis(Optional<Instant> at) {
        return at.map(Instant::toEpochMilli).orElse(0L);
    }
}
