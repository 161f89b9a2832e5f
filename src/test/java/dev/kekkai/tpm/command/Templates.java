package dev.kekkai.tpm.command;

import static dev.kekkai.tpm.structure.ObjectAttributes.*;

import dev.kekkai.tpm.structure.EccCurve;
import dev.kekkai.tpm.structure.EccParameters;
import dev.kekkai.tpm.structure.EccPoint;
import dev.kekkai.tpm.structure.HashAlg;
import dev.kekkai.tpm.structure.KeyedHashParameters;
import dev.kekkai.tpm.structure.PublicArea;
import dev.kekkai.tpm.structure.RsaParameters;
import dev.kekkai.tpm.structure.Scheme;
import dev.kekkai.tpm.structure.Symmetric;

/** Templates of objects that tests make. */
final class Templates {
    private Templates() {}

    /** A P-256 storage parent without dictionary-attack protection. */
    static PublicArea storage() {
        return new PublicArea(
                HashAlg.SHA256,
                FIXED_TPM | FIXED_PARENT | SENSITIVE_DATA_ORIGIN | USER_WITH_AUTH | NO_DA | RESTRICTED | DECRYPT,
                new byte[0],
                new EccParameters(Symmetric.AES_128_CFB, Scheme.NONE, EccCurve.NIST_P256, Scheme.NONE, EccPoint.EMPTY));
    }

    static PublicArea rsaStorage() {
        return new PublicArea(
                HashAlg.SHA256,
                FIXED_TPM | FIXED_PARENT | SENSITIVE_DATA_ORIGIN | USER_WITH_AUTH | NO_DA | RESTRICTED | DECRYPT,
                new byte[0],
                new RsaParameters(Symmetric.AES_128_CFB, Scheme.NONE, 2048, 0, new byte[0]));
    }

    /** A signing key that is not restricted. */
    static PublicArea signing() {
        return new PublicArea(
                HashAlg.SHA256,
                FIXED_TPM | FIXED_PARENT | SENSITIVE_DATA_ORIGIN | USER_WITH_AUTH | NO_DA | SIGN_ENCRYPT,
                new byte[0],
                new EccParameters(
                        Symmetric.NONE, Scheme.ECDSA_SHA256, EccCurve.NIST_P256, Scheme.NONE, EccPoint.EMPTY));
    }

    /** An HMAC key whose bytes are supplied. */
    static PublicArea hmac() {
        return hmac(FIXED_TPM | FIXED_PARENT | USER_WITH_AUTH | NO_DA | SIGN_ENCRYPT);
    }

    static PublicArea hmac(int attributes) {
        return new PublicArea(
                HashAlg.SHA256, attributes, new byte[0], new KeyedHashParameters(Scheme.HMAC_SHA256, new byte[0]));
    }

    /** Sealed data, under a policy or, if that is empty, under its authorisation value. */
    static PublicArea sealed(byte[] policy) {
        int use = policy.length == 0 ? USER_WITH_AUTH : ADMIN_WITH_POLICY;
        return new PublicArea(
                HashAlg.SHA256,
                FIXED_TPM | FIXED_PARENT | NO_DA | use,
                policy,
                new KeyedHashParameters(Scheme.NONE, new byte[0]));
    }
}
