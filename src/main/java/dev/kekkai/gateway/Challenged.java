package dev.kekkai.gateway;

import dev.kekkai.attestation.AttestationKey;
import dev.kekkai.attestation.policy.Policy;
import dev.kekkai.attestation.verdict.TrustClass;
import dev.kekkai.dek.Deadline;
import dev.kekkai.fleet.Node;

/**
 * What a stream remembers between its challenge and the evidence. It lives in that stream's memory alone and dies with it. The secret S that the node's
 * TPM has to open is not in it: S is destroyed as soon as it is known what a quote made with it is about.
 *
 * @param serial how far the authority chain had come when the node was last told, as it says
 * @param qualifyingData what the quote has to be about
 * @param wire the challenge, as it is sent
 * @param deadline for the evidence
 */
record Challenged(
        Kind kind,
        Peer peer,
        Node node,
        Policy policy,
        AttestationKey ak,
        TrustClass trust,
        long serial,
        byte[] qualifyingData,
        byte[] wire,
        Deadline deadline) {}
