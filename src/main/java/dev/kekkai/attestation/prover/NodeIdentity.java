package dev.kekkai.attestation.prover;

import dev.kekkai.attestation.Claim;
import dev.kekkai.tpm.structure.EkTemplate;
import dev.kekkai.tpm.structure.PublicArea;
import java.util.List;

/**
 * Who this node's TPM is. All of it is public.
 *
 * @param template which of the TCG's templates the EK is of
 * @param ek public area of the EK
 * @param ekChain the EK's certificate, then what else of its chain the maker left in the TPM, DER; empty if it has none
 * @param ak public area of our AK
 */
public record NodeIdentity(EkTemplate template, PublicArea ek, List<byte[]> ekChain, PublicArea ak) {
    public NodeIdentity {
        ekChain = List.copyOf(ekChain);
    }

    /** The AK's name: 34 bytes. */
    public byte[] akName() {
        return ak.name();
    }

    /**
     * What the node says of itself in its first message.
     *
     * @param tlsKey SHA-256 of its TLS key's SubjectPublicKeyInfo
     */
    public Claim claim(byte[] tlsKey) {
        return new Claim(ek.bytes(), ekChain, ak.bytes(), tlsKey);
    }
}
