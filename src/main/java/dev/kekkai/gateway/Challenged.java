package dev.kekkai.gateway;

import dev.kekkai.attestation.AttestationKey;
import dev.kekkai.attestation.Transcript;
import dev.kekkai.attestation.policy.Policy;
import dev.kekkai.attestation.verdict.TrustClass;
import dev.kekkai.dek.Deadline;
import dev.kekkai.fleet.Node;
import dev.kekkai.secret.Secret;
import java.util.Optional;

/**
 * What a stream remembers between its challenge and the evidence. It lives in that stream's memory alone and dies with it.
 *
 * @param secret what the node's TPM has to open; empty in a renewal
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
        Optional<Secret> secret,
        byte[] init,
        byte[] wire,
        Deadline deadline)
        implements AutoCloseable {
    /** What the quote has to be about. */
    byte[] qualifyingData() {
        Transcript transcript = Transcript.of(init, wire, peer.exporter(), peer.spki(), peer.serverCertificate());
        return secret.map(transcript::attestation).orElseGet(transcript::renewal);
    }

    @Override
    public void close() {
        secret.ifPresent(Secret::destroy);
    }
}
