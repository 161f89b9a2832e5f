package dev.kekkai.testing.attestation;

import dev.kekkai.tpm.structure.EccParameters;
import dev.kekkai.tpm.structure.EccPoint;
import dev.kekkai.tpm.structure.EkTemplate;
import dev.kekkai.tpm.structure.PublicArea;
import dev.kekkai.tpm.structure.RsaParameters;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.util.Arrays;

/** EKs whose private keys no TPM holds. */
public final class SoftwareEk {
    private SoftwareEk() {}

    public static KeyPair rsa(int bits) throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(bits);
        return generator.generateKeyPair();
    }

    public static KeyPair ecc(String curve) throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec(curve));
        return generator.generateKeyPair();
    }

    /** The public area that a TPM would give such a key. */
    public static PublicArea area(EkTemplate template, KeyPair key) {
        PublicArea blank = template.template();
        return new PublicArea(
                blank.nameAlg(),
                blank.attributes(),
                blank.authPolicy(),
                switch (blank.parameters()) {
                    case RsaParameters rsa ->
                        new RsaParameters(
                                rsa.symmetric(), rsa.scheme(), rsa.keyBits(), rsa.exponent(), modulus((RSAPublicKey)
                                        key.getPublic()));
                    case EccParameters ecc ->
                        new EccParameters(
                                ecc.symmetric(),
                                ecc.scheme(),
                                ecc.curve(),
                                ecc.kdf(),
                                EccPoint.of(ecc.curve(), ((ECPublicKey) key.getPublic()).getW()));
                    default -> throw new IllegalArgumentException("no EK is of this type");
                });
    }

    private static byte[] modulus(RSAPublicKey key) {
        byte[] signed = key.getModulus().toByteArray();
        return Arrays.copyOfRange(signed, signed.length - 256, signed.length);
    }
}
