package dev.kekkai.tpm.command;

import dev.kekkai.secret.Secret;
import dev.kekkai.tpm.TpmException;
import dev.kekkai.tpm.crypto.SharedSeed;
import dev.kekkai.tpm.session.AuthSession;
import dev.kekkai.tpm.session.SessionKind;
import dev.kekkai.tpm.structure.HashAlg;
import dev.kekkai.tpm.structure.Hierarchy;
import dev.kekkai.tpm.structure.PublicArea;
import dev.kekkai.tpm.structure.TpmAlg;
import dev.kekkai.tpm.structure.TpmWriter;
import java.security.InvalidKeyException;
import java.util.List;

/** TPM2_StartAuthSession (Part 3 §11.1). Sessions are never bound; those that authenticate or encrypt are salted. */
public record SessionCommands(Tpm tpm) {
    /** Part 1 §19.6.3: at least 16 bytes; we give as many as a digest has. */
    private static final int MIN_NONCE = 16;

    /**
     * An HMAC session, salted to a key of the TPM.
     *
     * @param key a decryption key that is loaded, such as an EK
     * @param trusted its public area as it was enrolled, not as the wire has it: only the TPM with this very key can make the HMACs
     * @throws InvalidKeyException if it cannot be encrypted to
     */
    public AuthSession hmac(Entity key, PublicArea trusted) throws TpmException, InvalidKeyException {
        return salted(SessionKind.HMAC, HashAlg.SHA256, key, trusted);
    }

    /** A policy session that is salted as well, so that its responses are authenticated and parameters can be hidden. */
    public AuthSession policy(HashAlg hash, Entity key, PublicArea trusted) throws TpmException, InvalidKeyException {
        return salted(SessionKind.POLICY, hash, key, trusted);
    }

    /** A policy session without a salt: it authorises, and its responses are not authenticated. */
    public AuthSession policy(HashAlg hash) throws TpmException {
        return unsalted(SessionKind.POLICY, hash);
    }

    /** A session in which to compute a policy's digest. */
    public AuthSession trial(HashAlg hash) throws TpmException {
        return unsalted(SessionKind.TRIAL, hash);
    }

    private AuthSession salted(SessionKind kind, HashAlg hash, Entity key, PublicArea trusted)
            throws TpmException, InvalidKeyException {
        try (SharedSeed salt = SharedSeed.with(trusted, SharedSeed.SECRET, tpm.random())) {
            return start(kind, hash, key, salt.seed(), salt.encryptedSecret());
        }
    }

    private AuthSession unsalted(SessionKind kind, HashAlg hash) throws TpmException {
        return start(kind, hash, Entity.of(Hierarchy.NULL), Secret.owning(new byte[0]), new byte[0]);
    }

    private AuthSession start(SessionKind kind, HashAlg hash, Entity key, Secret salt, byte[] encryptedSalt)
            throws TpmException {
        byte[] nonceCaller = new byte[hash.length()];
        tpm.random().nextBytes(nonceCaller);
        TpmWriter out = new TpmWriter().sized(nonceCaller).sized(encryptedSalt).u8(kind.id());
        if (salt.length() == 0) {
            out.u16(TpmAlg.NULL);
        } else {
            out.u16(TpmAlg.AES).u16(AuthSession.KEY_BITS).u16(TpmAlg.CFB);
        }
        return tpm.run(
                CommandCode.START_AUTH_SESSION,
                List.of(key, Entity.of(Hierarchy.NULL)),
                out.u16(hash.id()),
                (handle, in) -> {
                    byte[] nonceTpm = in.sized(HashAlg.MAX_LENGTH, "nonceTPM");
                    if (nonceTpm.length < MIN_NONCE) {
                        throw in.malformed("nonceTPM", "is shorter than " + MIN_NONCE + " bytes");
                    }
                    return new AuthSession(handle, hash, salt, nonceCaller, nonceTpm, tpm::flush);
                });
    }
}
