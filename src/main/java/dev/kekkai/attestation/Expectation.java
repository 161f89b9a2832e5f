package dev.kekkai.attestation;

import dev.kekkai.attestation.pcr.Selection;
import dev.kekkai.attestation.policy.Policy;
import dev.kekkai.attestation.verdict.BootCounters;
import dev.kekkai.attestation.verdict.TrustClass;
import java.util.Optional;

/**
 * What a quote is held against. Nothing in it comes from the quote.
 *
 * @param ak the key that must have signed it
 * @param trust how much its TPM's EK was found to be worth
 * @param qualifyingData 32 bytes, from {@link Transcript}
 * @param selection what the challenge asked for
 * @param policy of the node's group
 * @param lastSeen the counters of the last quote that was accepted; empty at the first
 */
public record Expectation(
        AttestationKey ak,
        TrustClass trust,
        byte[] qualifyingData,
        Selection selection,
        Policy policy,
        Optional<BootCounters> lastSeen) {}
