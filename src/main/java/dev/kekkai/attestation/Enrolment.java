package dev.kekkai.attestation;

import dev.kekkai.attestation.ek.EkFingerprint;
import java.util.Optional;

/**
 * What is known of a node.
 *
 * @param ek what a person approved
 * @param pinnedAk hex of the AK's name, as at the first attestation; empty before it and after a re-baseline
 */
public record Enrolment(EkFingerprint ek, Optional<String> pinnedAk) {}
