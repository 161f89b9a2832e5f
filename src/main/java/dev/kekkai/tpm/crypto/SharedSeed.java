package dev.kekkai.tpm.crypto;

import dev.kekkai.secret.Secret;
import dev.kekkai.tpm.structure.EccParameters;
import dev.kekkai.tpm.structure.EccPoint;
import dev.kekkai.tpm.structure.HashAlg;
import dev.kekkai.tpm.structure.PublicArea;
import dev.kekkai.tpm.structure.RsaParameters;
import dev.kekkai.tpm.structure.TpmWriter;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.MGF1ParameterSpec;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.KeyAgreement;
import javax.crypto.spec.OAEPParameterSpec;
import javax.crypto.spec.PSource;

/**
 * A secret shared with the one TPM that holds a decryption key (Part 1, Annexes B.10 and C.6): the salt of a session, or the seed of a
 * credential.
 *
 * @param seed as long as a digest of the key's nameAlg; whoever gets it destroys it
 * @param encryptedSecret {@code TPM2B_ENCRYPTED_SECRET} without its size: OAEP ciphertext, or an ephemeral {@code TPMS_ECC_POINT}
 */
public record SharedSeed(Secret seed, byte[] encryptedSecret) implements AutoCloseable {
    /** Label of a session's salt. */
    public static final String SECRET = "SECRET";

    /** Label of a credential's seed. */
    public static final String IDENTITY = "IDENTITY";

    /**
     * Makes a new one.
     *
     * @param key an RSA or ECC decryption key with {@code TPM_ALG_NULL} as its scheme, as EKs and storage keys are
     * @throws InvalidKeyException if the key is of another kind, or its numbers make no key
     */
    public static SharedSeed with(PublicArea key, String label, SecureRandom random) throws InvalidKeyException {
        try {
            return switch (key.parameters()) {
                case RsaParameters rsa -> oaep(rsa, key.nameAlg(), label, random);
                case EccParameters ecc -> ecdh(ecc, key.nameAlg(), label, random);
                default -> throw new InvalidKeyException("only RSA and ECC keys can be encrypted to");
            };
        } catch (InvalidKeyException e) {
            throw e;
        } catch (GeneralSecurityException e) {
            throw new InvalidKeyException("the key cannot be encrypted to", e);
        }
    }

    private static SharedSeed oaep(RsaParameters rsa, HashAlg hash, String label, SecureRandom random)
            throws GeneralSecurityException {
        OAEPParameterSpec oaep = new OAEPParameterSpec(
                hash.jca(), "MGF1", new MGF1ParameterSpec(hash.jca()), new PSource.PSpecified(Kdf.terminated(label)));
        Cipher cipher = Cipher.getInstance("RSA/ECB/OAEPPadding");
        cipher.init(Cipher.ENCRYPT_MODE, rsa.publicKey(), oaep, random);
        byte[] seed = new byte[hash.length()];
        random.nextBytes(seed);
        return new SharedSeed(Secret.owning(seed), cipher.doFinal(seed));
    }

    private static SharedSeed ecdh(EccParameters ecc, HashAlg hash, String label, SecureRandom random)
            throws GeneralSecurityException {
        ECPublicKey theirs = ecc.publicKey();
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec(ecc.curve().jca()), random);
        KeyPair ephemeral = generator.generateKeyPair();
        KeyAgreement agreement = KeyAgreement.getInstance("ECDH");
        agreement.init(ephemeral.getPrivate());
        agreement.doPhase(theirs, true);
        byte[] z = agreement.generateSecret();
        try {
            EccPoint ours = EccPoint.of(ecc.curve(), ((ECPublicKey) ephemeral.getPublic()).getW());
            byte[] theirX = EccPoint.of(ecc.curve(), theirs.getW()).x();
            TpmWriter point = new TpmWriter();
            ours.write(point);
            return new SharedSeed(Kdf.e(hash, z, label, ours.x(), theirX, 8 * hash.length()), point.toBytes());
        } finally {
            Arrays.fill(z, (byte) 0);
        }
    }

    @Override
    public void close() {
        seed.close();
    }
}
