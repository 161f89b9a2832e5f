package dev.kekkai.store;

import dev.kekkai.id.NodeId;
import java.time.Instant;
import java.util.Optional;

/** One thing that was decided about a tenant's nodes or policies. Who may attest, and what as, follows from these in their order. */
public sealed interface FleetEvent {
    /** An event of one node. */
    sealed interface OfNode extends FleetEvent {
        NodeId node();
    }

    /**
     * A machine was enrolled.
     *
     * @param otherEk the other mark of the same EK, if it is known
     * @param replaces the evicted node whose EK comes back by an operator's word; it is forgotten
     */
    record Enrolled(
            NodeId node,
            String name,
            String group,
            EkMark ek,
            Optional<EkMark> otherEk,
            Optional<NodeId> replaces,
            Instant at)
            implements OfNode {}

    /** The AK of its first attestation, hex of its name. */
    record AkPinned(NodeId node, String ak) implements OfNode {}

    /** It is let in no more. Its EK stays taken. */
    record Evicted(NodeId node, Instant at) implements OfNode {}

    /** The next attestation pins again. */
    record Rebaselined(NodeId node, boolean countersAnew, Instant at) implements OfNode {}

    /** What a group of nodes is held to, whole. */
    record PolicyPut(String group, byte[] document) implements FleetEvent {}
}
