package dev.kekkai.attestation.credential;

import dev.kekkai.secret.Secret;
import dev.kekkai.tpm.crypto.Kdf;
import dev.kekkai.tpm.crypto.SharedSeed;
import dev.kekkai.tpm.structure.EccParameters;
import dev.kekkai.tpm.structure.HashAlg;
import dev.kekkai.tpm.structure.PublicArea;
import dev.kekkai.tpm.structure.RsaParameters;
import dev.kekkai.tpm.structure.Symmetric;
import dev.kekkai.tpm.structure.TpmWriter;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.SecureRandom;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * What {@code TPM2_MakeCredential} makes (TPM 2.0 Part 1 §24), in software: a secret that only the TPM with the EK opens, and only while a key of
 * the given name is loaded in it.
 *
 * <p>The seed goes to the EK by OAEP or ECDH, with the label IDENTITY. From it, KDFa makes an AES-CFB key (label STORAGE, over the name) that
 * encrypts the secret, and an HMAC key (label INTEGRITY) that authenticates it together with the name.
 *
 * @param credentialBlob TPM2B_ID_OBJECT without its size: {@code u16 length ‖ HMAC ‖ encrypted TPM2B_DIGEST}
 * @param encryptedSecret TPM2B_ENCRYPTED_SECRET without its size
 */
public record WrappedCredential(byte[] credentialBlob, byte[] encryptedSecret) {
    private static final byte[] NONE = new byte[0];
    private static final int BLOCK = 16;

    /**
     * Wraps a secret.
     *
     * @param ek an EK of one of the TCG's templates, whose point or modulus was checked
     * @param akName name of the key that must be loaded beside it
     * @param secret at most as long as a digest of the EK's nameAlg; borrowed
     * @throws InvalidKeyException if the EK's numbers make no key
     * @throws IllegalArgumentException if the secret is too long, or the EK protects nothing by AES
     */
    public static WrappedCredential make(PublicArea ek, byte[] akName, Secret secret, SecureRandom random)
            throws InvalidKeyException {
        HashAlg hash = ek.nameAlg();
        if (secret.length() > hash.length()) {
            throw new IllegalArgumentException("a TPM takes no credential of more than " + hash.length() + " bytes");
        }
        int aesBits = aesBits(ek);
        try (SharedSeed seed = SharedSeed.with(ek, SharedSeed.IDENTITY, random);
                Secret storage = Kdf.a(hash, seed.seed().lent(), "STORAGE", akName, NONE, aesBits);
                Secret integrity = Kdf.a(hash, seed.seed().lent(), "INTEGRITY", NONE, NONE, 8 * hash.length())) {
            byte[] encrypted = encrypt(storage, secret);
            byte[] mac = Kdf.hmac(hash, integrity.lent(), encrypted, akName);
            return new WrappedCredential(
                    new TpmWriter().sized(mac).bytes(encrypted).toBytes(), seed.encryptedSecret());
        }
    }

    /** AES-CFB with an IV of zeros: the key is used once. */
    private static byte[] encrypt(Secret key, Secret secret) {
        TpmWriter plain = new TpmWriter().sized(secret.lent());
        byte[] digest = plain.toBytes();
        try {
            Cipher cipher = Cipher.getInstance("AES/CFB/NoPadding");
            cipher.init(
                    Cipher.ENCRYPT_MODE, new SecretKeySpec(key.lent(), "AES"), new IvParameterSpec(new byte[BLOCK]));
            return cipher.doFinal(digest);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform of ours has AES-CFB", e);
        } finally {
            plain.destroy();
            Arrays.fill(digest, (byte) 0);
        }
    }

    private static int aesBits(PublicArea ek) {
        Symmetric symmetric =
                switch (ek.parameters()) {
                    case RsaParameters rsa -> rsa.symmetric();
                    case EccParameters ecc -> ecc.symmetric();
                    default -> Symmetric.NONE;
                };
        if (!symmetric.equals(Symmetric.AES_128_CFB) && !symmetric.equals(Symmetric.AES_256_CFB)) {
            throw new IllegalArgumentException("this key protects nothing by AES-CFB");
        }
        return symmetric.keyBits();
    }
}
