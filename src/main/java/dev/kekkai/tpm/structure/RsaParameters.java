package dev.kekkai.tpm.structure;

import dev.kekkai.tpm.TpmException.Malformed;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.RSAPublicKeySpec;

/**
 * {@code TPMS_RSA_PARMS} (Part 2 §12.2.3.5) and the modulus.
 *
 * @param exponent zero means 65,537
 * @param modulus big-endian; empty or a filler in templates
 */
public record RsaParameters(Symmetric symmetric, Scheme scheme, int keyBits, long exponent, byte[] modulus)
        implements PublicParameters {
    /** 4,096 bits. */
    static final int MAX_MODULUS = 512;

    private static final long DEFAULT_EXPONENT = 65_537;

    static RsaParameters read(TpmReader in) throws Malformed {
        return new RsaParameters(
                Symmetric.read(in),
                Scheme.read(in, "TPMS_RSA_PARMS"),
                in.u16("TPMS_RSA_PARMS.keyBits"),
                in.u32("TPMS_RSA_PARMS.exponent"),
                in.sized(MAX_MODULUS, "TPM2B_PUBLIC_KEY_RSA"));
    }

    @Override
    public int type() {
        return TpmAlg.RSA;
    }

    @Override
    public void write(TpmWriter out) {
        symmetric.write(out);
        scheme.write(out);
        out.u16(keyBits).u32(exponent).sized(modulus);
    }

    @Override
    public RSAPublicKey publicKey() throws InvalidKeyException {
        BigInteger n = new BigInteger(1, modulus);
        if (n.bitLength() != keyBits) {
            throw new InvalidKeyException("the modulus has " + n.bitLength() + " bits, not " + keyBits);
        }
        try {
            return (RSAPublicKey) KeyFactory.getInstance("RSA")
                    .generatePublic(
                            new RSAPublicKeySpec(n, BigInteger.valueOf(exponent == 0 ? DEFAULT_EXPONENT : exponent)));
        } catch (GeneralSecurityException e) {
            throw new InvalidKeyException("the numbers are no RSA public key", e);
        }
    }
}
