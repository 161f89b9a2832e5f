package dev.kekkai.tpm.command;

import dev.kekkai.secret.Secret;
import dev.kekkai.tpm.TpmException;
import dev.kekkai.tpm.session.Authorization;
import dev.kekkai.tpm.structure.HashAlg;
import dev.kekkai.tpm.structure.Hierarchy;
import dev.kekkai.tpm.structure.Scheme;
import dev.kekkai.tpm.structure.Signature;
import dev.kekkai.tpm.structure.Ticket;
import dev.kekkai.tpm.structure.TpmAlg;
import dev.kekkai.tpm.structure.TpmWriter;
import java.util.List;

/** Using loaded keys and sealed data (Part 3 §12.7, §15.5, §20). */
public record KeyCommands(Tpm tpm) {
    /** TPM_PT_INPUT_BUFFER of every PC client's TPM. */
    private static final int MAX_BUFFER = 1024;

    /** What an object can seal: {@code TPM2B_SENSITIVE_DATA}. */
    private static final int MAX_SEALED = 256;

    /**
     * TPM2_HMAC with the key's own hash; what comes out may be a key itself.
     *
     * @param buffer at most 1,024 bytes
     */
    public Secret hmac(Entity key, byte[] buffer, Authorization... authorizations) throws TpmException {
        if (buffer.length > MAX_BUFFER) {
            throw new IllegalArgumentException("TPM2_HMAC takes at most 1,024 bytes, not " + buffer.length);
        }
        return tpm.run(
                CommandCode.HMAC,
                List.of(key),
                new TpmWriter().sized(buffer).u16(TpmAlg.NULL),
                (none, in) -> Secret.owning(in.sized(HashAlg.MAX_LENGTH, "outHMAC")),
                authorizations);
    }

    /** TPM2_Unseal. */
    public Secret unseal(Entity object, Authorization... authorizations) throws TpmException {
        return tpm.run(
                CommandCode.UNSEAL,
                List.of(object),
                new TpmWriter(),
                (none, in) -> Secret.owning(in.sized(MAX_SEALED, "outData")),
                authorizations);
    }

    /** TPM2_Sign of a digest with the key's own scheme, for a key that is not restricted. */
    public Signature sign(Entity key, byte[] digest, Authorization... authorizations) throws TpmException {
        TpmWriter out = new TpmWriter().sized(digest);
        Scheme.NONE.write(out);
        new Ticket(Ticket.HASHCHECK, Hierarchy.NULL.handle(), new byte[0]).write(out);
        return tpm.run(CommandCode.SIGN, List.of(key), out, (none, in) -> Signature.read(in), authorizations);
    }

    /** TPM2_VerifySignature: the ticket is good for {@link PolicyCommands#authorize}. */
    public Ticket verifySignature(Entity key, byte[] digest, Signature signature, Authorization... sessions)
            throws TpmException {
        TpmWriter out = new TpmWriter().sized(digest);
        signature.write(out);
        return tpm.run(CommandCode.VERIFY_SIGNATURE, List.of(key), out, (none, in) -> Ticket.read(in), sessions);
    }
}
