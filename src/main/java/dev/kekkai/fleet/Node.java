package dev.kekkai.fleet;

import dev.kekkai.attestation.Enrolment;
import dev.kekkai.attestation.ek.EkFingerprint;
import dev.kekkai.id.NodeId;
import dev.kekkai.id.TenantId;
import java.time.Instant;
import java.util.Optional;

/**
 * A machine that somebody enrolled, as the authority chain has it.
 *
 * @param name for people; unique among the tenant's nodes that are ENROLLED
 * @param group whose policy it is held to
 * @param ek what was approved; never that of another node of any tenant, not even of an evicted one
 * @param pinnedAk hex of the AK's name since the first attestation; empty before it and after a re-baseline
 * @param evicted when, if it was
 * @param baseline how often it was re-baselined
 */
public record Node(
        NodeId id,
        TenantId tenant,
        String name,
        String group,
        EkFingerprint ek,
        Optional<String> pinnedAk,
        Instant enrolled,
        Optional<Instant> evicted,
        int baseline) {
    /** Whether it may attest. An evicted one stays on record, so that its EK is known for what it is. */
    public boolean active() {
        return evicted.isEmpty();
    }

    /** What an attestation is judged by. */
    public Enrolment enrolment() {
        return new Enrolment(ek, pinnedAk);
    }
}
