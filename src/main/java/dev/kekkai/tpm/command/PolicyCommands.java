package dev.kekkai.tpm.command;

import dev.kekkai.tpm.TpmException;
import dev.kekkai.tpm.session.AuthSession;
import dev.kekkai.tpm.session.Authorization;
import dev.kekkai.tpm.structure.HashAlg;
import dev.kekkai.tpm.structure.NvPublic;
import dev.kekkai.tpm.structure.PcrSelectionList;
import dev.kekkai.tpm.structure.Ticket;
import dev.kekkai.tpm.structure.TpmWriter;
import java.util.List;

/**
 * Enhanced authorisation (Part 3 §23): each command adds one assertion to the policy of a session.
 *
 * @param policy a policy or trial session; stays the caller's
 */
public record PolicyCommands(Tpm tpm, AuthSession policy) {
    private static final int MAX_BRANCHES = 8;
    private static final int MAX_TIMEOUT = 8;

    /** TPM2_PolicySecret: the authorisation value of an entity is known. */
    public void secret(Entity authorising, Authorization... authorizations) throws TpmException {
        tpm.run(
                CommandCode.POLICY_SECRET,
                List.of(authorising, session()),
                // nonceTPM, cpHashA and policyRef are empty; no expiration.
                new TpmWriter().u16(0).u16(0).u16(0).u32(0),
                (none, in) -> {
                    in.sized(MAX_TIMEOUT, "TPM2B_TIMEOUT");
                    return Ticket.read(in);
                },
                authorizations);
    }

    /** TPM2_PolicyPCR: the PCRs have the values they have now. */
    public void pcr(PcrSelectionList selection, Authorization... sessions) throws TpmException {
        pcr(selection, new byte[0], sessions);
    }

    /**
     * TPM2_PolicyPCR: the PCRs have these values.
     *
     * @param pcrDigest digest, by the session's hash, of the values one after the other
     */
    public void pcr(PcrSelectionList selection, byte[] pcrDigest, Authorization... sessions) throws TpmException {
        TpmWriter out = new TpmWriter().sized(pcrDigest);
        selection.write(out);
        add(CommandCode.POLICY_PCR, out, sessions);
    }

    /** TPM2_PolicyCommandCode: only this command is run. */
    public void commandCode(CommandCode code, Authorization... sessions) throws TpmException {
        add(CommandCode.POLICY_COMMAND_CODE, new TpmWriter().u32(code.code()), sessions);
    }

    /**
     * TPM2_PolicyOR: the policy so far is one of these.
     *
     * @throws IllegalArgumentException if there are fewer than two branches, or more than eight
     */
    public void or(List<byte[]> branches, Authorization... sessions) throws TpmException {
        if (branches.size() < 2 || branches.size() > MAX_BRANCHES) {
            throw new IllegalArgumentException("a policy has 2 to " + MAX_BRANCHES + " branches");
        }
        TpmWriter out = new TpmWriter().u32(branches.size());
        branches.forEach(out::sized);
        add(CommandCode.POLICY_OR, out, sessions);
    }

    /**
     * TPM2_PolicyAuthorize: the policy so far was signed, which the ticket of {@link KeyCommands#verifySignature} says.
     *
     * @param approvedPolicy digest of the policy that was signed
     * @param policyRef what the signer added to it
     * @param keySign name of the signing key
     */
    public void authorize(
            byte[] approvedPolicy, byte[] policyRef, byte[] keySign, Ticket ticket, Authorization... sessions)
            throws TpmException {
        TpmWriter out = new TpmWriter().sized(approvedPolicy).sized(policyRef).sized(keySign);
        ticket.write(out);
        add(CommandCode.POLICY_AUTHORIZE, out, sessions);
    }

    /** TPM2_PolicyNV: data of an NV index, from its first byte on, compares so with an operand. */
    public void nv(
            Entity authorising, NvPublic nv, byte[] operand, Comparison comparison, Authorization... authorizations)
            throws TpmException {
        tpm.run(
                CommandCode.POLICY_NV,
                List.of(authorising, NvCommands.index(nv), session()),
                new TpmWriter().sized(operand).u16(0).u16(comparison.id()),
                (none, in) -> none,
                authorizations);
    }

    /** TPM2_PolicyGetDigest: the digest of the policy so far. */
    public byte[] digest(Authorization... sessions) throws TpmException {
        return tpm.run(
                CommandCode.POLICY_GET_DIGEST,
                List.of(session()),
                new TpmWriter(),
                (none, in) -> in.sized(HashAlg.MAX_LENGTH, "policyDigest"),
                sessions);
    }

    /** TPM2_PolicyRestart: no policy yet. */
    public void restart(Authorization... sessions) throws TpmException {
        add(CommandCode.POLICY_RESTART, new TpmWriter(), sessions);
    }

    private void add(CommandCode code, TpmWriter parameters, Authorization... sessions) throws TpmException {
        tpm.run(code, List.of(session()), parameters, (none, in) -> none, sessions);
    }

    private Entity session() {
        return Entity.of(policy);
    }
}
