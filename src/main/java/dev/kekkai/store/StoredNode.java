package dev.kekkai.store;

import dev.kekkai.id.NodeId;
import dev.kekkai.id.TenantId;
import java.time.Instant;
import java.util.Optional;

/**
 * A node, as it follows from the authority chain.
 *
 * @param ek what was approved
 * @param otherEk the other mark of the same EK, if it was known at the enrolment
 * @param pinnedAk hex of the AK's name, or empty
 * @param counterEra how often an operator let its boot counters begin anew
 * @param baseline how often an operator let its AK be pinned anew
 */
public record StoredNode(
        NodeId id,
        TenantId tenant,
        String name,
        String group,
        EkMark ek,
        Optional<EkMark> otherEk,
        Optional<String> pinnedAk,
        Instant enrolled,
        Optional<Instant> evicted,
        int counterEra,
        int baseline) {
    /** The same with another AK pinned, or none. */
    public StoredNode pinned(Optional<String> ak) {
        return new StoredNode(id, tenant, name, group, ek, otherEk, ak, enrolled, evicted, counterEra, baseline);
    }

    /** The same, evicted. */
    public StoredNode evicted(Instant at) {
        return new StoredNode(
                id, tenant, name, group, ek, otherEk, pinnedAk, enrolled, Optional.of(at), counterEra, baseline);
    }

    /** The same without a pin. */
    public StoredNode rebaselined(boolean countersAnew) {
        return new StoredNode(
                id,
                tenant,
                name,
                group,
                ek,
                otherEk,
                Optional.empty(),
                enrolled,
                evicted,
                countersAnew ? Math.addExact(counterEra, 1) : counterEra,
                Math.addExact(baseline, 1));
    }

    /** Whether a mark is one of its EK's. */
    public boolean marked(EkMark mark) {
        return ek.equals(mark) || otherEk.filter(mark::equals).isPresent();
    }
}
