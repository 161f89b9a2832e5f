package dev.kekkai.tpm.command;

import dev.kekkai.secret.Secret;
import dev.kekkai.tpm.TpmException;
import dev.kekkai.tpm.session.Authorization;
import dev.kekkai.tpm.structure.Attest;
import dev.kekkai.tpm.structure.HashAlg;
import dev.kekkai.tpm.structure.PcrSelectionList;
import dev.kekkai.tpm.structure.Scheme;
import dev.kekkai.tpm.structure.Signature;
import dev.kekkai.tpm.structure.TpmWriter;
import java.util.List;

/** What proves a TPM to others (Part 3 §12.5 and §18.4). */
public record AttestationCommands(Tpm tpm) {
    /**
     * TPM2_ActivateCredential: opens what was encrypted to the EK for a key of that name.
     *
     * @param key the AK; first authorisation
     * @param ek the EK; second authorisation
     * @param credentialBlob {@code TPMS_ID_OBJECT}, a {@code TPM2B_ID_OBJECT} without its size
     * @param encryptedSecret {@code TPM2B_ENCRYPTED_SECRET} without its size
     */
    public Secret activateCredential(
            Entity key, Entity ek, byte[] credentialBlob, byte[] encryptedSecret, Authorization... authorizations)
            throws TpmException {
        return tpm.run(
                CommandCode.ACTIVATE_CREDENTIAL,
                List.of(key, ek),
                new TpmWriter().sized(credentialBlob).sized(encryptedSecret),
                (none, in) -> Secret.owning(in.sized(HashAlg.MAX_LENGTH, "certInfo")),
                authorizations);
    }

    /** A signed statement: {@code TPMS_ATTEST} as it was signed, byte for byte, and {@code TPMT_SIGNATURE}. */
    public record Quote(byte[] attest, Signature signature) {}

    /**
     * TPM2_Quote.
     *
     * @param key the AK, whose scheme is used
     * @param qualifyingData at most 64 bytes
     */
    public Quote quote(Entity key, byte[] qualifyingData, PcrSelectionList selection, Authorization... authorizations)
            throws TpmException {
        TpmWriter out = new TpmWriter().sized(qualifyingData);
        Scheme.NONE.write(out);
        selection.write(out);
        return tpm.run(
                CommandCode.QUOTE,
                List.of(key),
                out,
                (none, in) -> {
                    byte[] attest = in.sized(Attest.MAX_LENGTH, "TPM2B_ATTEST");
                    return new Quote(attest, Signature.read(in));
                },
                authorizations);
    }
}
