package dev.kekkai.attestation;

import java.util.List;

/**
 * What a node says of itself in its first message. Nothing in it was checked.
 *
 * @param ekPublic TPMT_PUBLIC
 * @param ekChain the EK's certificate, then intermediates, DER; empty if it has none
 * @param akPublic TPMT_PUBLIC
 * @param tlsKey SHA-256 of its TLS key's SubjectPublicKeyInfo
 */
public record Claim(byte[] ekPublic, List<byte[]> ekChain, byte[] akPublic, byte[] tlsKey) {
    public Claim {
        ekChain = List.copyOf(ekChain);
    }
}
