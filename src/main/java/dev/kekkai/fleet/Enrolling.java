package dev.kekkai.fleet;

import dev.kekkai.attestation.ek.EkFingerprint;
import dev.kekkai.id.NodeId;
import dev.kekkai.store.EkMark;
import dev.kekkai.store.FleetEvent;
import dev.kekkai.store.StoredFleet;
import dev.kekkai.store.StoredNode;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Makes the event of an enrolment, with both fingerprints of the EK where a machine that waits has told the other one. */
record Enrolling(List<Claimant> claimants, Instant now) {
    FleetEvent event(StoredFleet before, NodeId id, EnrollRequest request) throws FleetException {
        request.check();
        Optional<EkMark> other = request.otherEk()
                .or(() -> told(request.ek()))
                .filter(ek -> ek.kind() != request.ek().kind())
                .map(StoredForms::mark);
        EkMark ek = StoredForms.mark(request.ek());
        Optional<StoredNode> evicted = Stream.concat(Stream.of(ek), other.stream())
                .flatMap(mark -> before.marked(mark).stream())
                .filter(node -> node.evicted().isPresent())
                .findFirst();
        if (request.afterEviction() && evicted.isEmpty()) {
            throw new FleetException("no evicted node has the EK of '" + request.name()
                    + "': leave out --after-eviction, which brings back one that was");
        }
        return new FleetEvent.Enrolled(
                id,
                request.name(),
                request.group(),
                ek,
                other,
                evicted.filter(node -> request.afterEviction()).map(StoredNode::id),
                now);
    }

    /** A claim was not proved; a wrong word of it takes an EK nobody has, and lets nobody in. */
    private Optional<EkFingerprint> told(EkFingerprint ek) {
        return claimants.stream()
                .flatMap(claimant -> {
                    EkFingerprint spki = EkFingerprint.parse(claimant.spki());
                    return claimant.ek().equals(ek)
                            ? Stream.of(spki)
                            : spki.equals(ek) ? Stream.of(claimant.ek()) : Stream.empty();
                })
                .findFirst();
    }
}
