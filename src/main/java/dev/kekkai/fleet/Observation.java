package dev.kekkai.fleet;

import dev.kekkai.attestation.verdict.BootCounters;
import dev.kekkai.attestation.verdict.TrustClass;
import java.time.Instant;
import java.util.Optional;

/**
 * What was last seen of a node. It grants nothing, so it is not in the authority chain; who writes to the database can set the counters back, which
 * each gateway's memory and the node's next honest quote contradict.
 *
 * @param at when
 * @param accepted whether the last verdict let it in
 * @param verdict as {@link dev.kekkai.attestation.verdict.VerdictJson} writes it
 * @param counters of the last quote that was accepted
 * @param trust what its EK was found to be worth then
 * @param tlsKey hex of SHA-256 of the SubjectPublicKeyInfo that its last certificate is for
 * @param certificateEnds when that certificate ends
 * @param gateway which gateway saw it
 */
public record Observation(
        Instant at,
        boolean accepted,
        String verdict,
        Optional<BootCounters> counters,
        Optional<TrustClass> trust,
        Optional<String> tlsKey,
        Optional<Instant> certificateEnds,
        String gateway) {}
