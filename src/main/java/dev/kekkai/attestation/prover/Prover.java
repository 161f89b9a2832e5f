package dev.kekkai.attestation.prover;

import dev.kekkai.attestation.Evidence;
import dev.kekkai.attestation.credential.WrappedCredential;
import dev.kekkai.attestation.pcr.Selection;
import dev.kekkai.secret.Secret;
import dev.kekkai.tpm.TpmException;
import dev.kekkai.tpm.TpmException.Malformed;
import dev.kekkai.tpm.command.AttestationCommands;
import dev.kekkai.tpm.command.LoadedObject;
import dev.kekkai.tpm.command.PcrCommands;
import dev.kekkai.tpm.command.Tpm;
import dev.kekkai.tpm.session.AuthSession;
import dev.kekkai.tpm.session.Password;
import dev.kekkai.tpm.structure.Attest;
import dev.kekkai.tpm.structure.Attested;
import dev.kekkai.tpm.structure.EkTemplate;
import dev.kekkai.tpm.structure.HashAlg;
import dev.kekkai.tpm.structure.PcrSelection;
import dev.kekkai.tpm.structure.PcrSelectionList;
import dev.kekkai.tpm.structure.TpmWriter;
import java.security.MessageDigest;
import java.util.List;
import java.util.SortedMap;

/** A node's TPM, asked to prove itself. One thread at a time; the TPM and the authorisation value stay the caller's. */
public final class Prover {
    private static final int ATTEMPTS = 5;

    private final Tpm tpm;
    private final EkTemplate template;
    private final Hierarchies hierarchies;

    /** @param template which EK the node is known by, see {@link EkChoice} */
    public Prover(Tpm tpm, EkTemplate template, Hierarchies hierarchies) {
        this.tpm = tpm;
        this.template = template;
        this.hierarchies = hierarchies;
    }

    /** Who the TPM is. Whether the maker's certificate is for this EK, and worth anything, is for a verifier to say. */
    public NodeIdentity identity() throws TpmException, ProverException {
        List<byte[]> chain = EkCertificates.in(tpm).chain(template);
        try (LoadedObject ek = hierarchies.ek(tpm, template);
                LoadedObject ak = hierarchies.ak(tpm)) {
            return new NodeIdentity(template, ek.publicArea(), chain, ak.publicArea());
        }
    }

    /**
     * Opens a credential (TPM2_ActivateCredential): possible only in the TPM that has this EK, while it has this AK. On the way out of the
     * TPM the secret is encrypted to us.
     *
     * @return the secret, which the caller destroys
     * @throws TpmException.Refused with {@code TPM_RC_INTEGRITY} or {@code TPM_RC_VALUE} if it is for another EK or another AK
     */
    public Secret activate(WrappedCredential credential) throws TpmException, ProverException {
        try (LoadedObject ek = hierarchies.ek(tpm, template);
                LoadedObject ak = hierarchies.ak(tpm);
                AuthSession policy = hierarchies.policySession(tpm, ek, template.policy())) {
            return new AttestationCommands(tpm)
                    .activateCredential(
                            ak.entity(),
                            ek.entity(),
                            credential.credentialBlob(),
                            credential.encryptedSecret(),
                            Password.empty(),
                            policy.use().hidingResponse());
        }
    }

    /**
     * Has the AK sign what was booted.
     *
     * @param qualifyingData what the signature is bound to: 32 bytes, from {@link dev.kekkai.attestation.Transcript}
     * @throws ProverException if the bank is not allocated in this TPM, or the event log cannot be read
     */
    public Evidence quote(byte[] qualifyingData, Selection selection, FirmwareLog log)
            throws TpmException, ProverException {
        PcrSelection pcrs = PcrSelection.of(
                selection.bank(),
                selection.pcrs().stream().mapToInt(Integer::intValue).toArray());
        try (LoadedObject ak = hierarchies.ak(tpm)) {
            for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
                byte[][] values = values(selection, pcrs);
                AttestationCommands.Quote quote =
                        new AttestationCommands(tpm).quote(ak.entity(), qualifyingData, PcrSelectionList.of(pcrs));
                if (covers(quote, values)) {
                    return new Evidence(quote.attest(), quote.signature().bytes(), join(values), log.read());
                }
            }
        }
        throw new ProverException("the PCRs " + selection + " changed " + ATTEMPTS
                + " times between being read and being quoted: leave out those that a running system extends");
    }

    private byte[][] values(Selection selection, PcrSelection pcrs) throws TpmException, ProverException {
        SortedMap<Integer, byte[]> values = new PcrCommands(tpm).read(pcrs);
        if (values.size() != selection.pcrs().size()) {
            throw new ProverException(
                    "this TPM has no PCRs " + selection
                            + ": allocate the bank in the firmware's setup (tpm2_pcrallocate), or choose another in the policy");
        }
        return values.values().toArray(byte[][]::new);
    }

    /** Nothing was extended meanwhile. The digest is by the AK's hash, whatever the bank. */
    private static boolean covers(AttestationCommands.Quote quote, byte[][] values) throws Malformed {
        return Attest.parse(quote.attest()).attested() instanceof Attested.Quote quoted
                && MessageDigest.isEqual(quoted.pcrDigest(), HashAlg.SHA256.digest(values));
    }

    private static byte[] join(byte[][] values) {
        TpmWriter joined = new TpmWriter();
        for (byte[] value : values) {
            joined.bytes(value);
        }
        return joined.toBytes();
    }
}
