package dev.kekkai.tpm.structure;

import dev.kekkai.tpm.TpmException.Malformed;
import java.security.InvalidKeyException;
import java.security.PublicKey;

/** {@code TPMU_PUBLIC_PARMS} and {@code TPMU_PUBLIC_ID} (Part 2 §12.2.3) of one type of object. */
public sealed interface PublicParameters
        permits RsaParameters, EccParameters, KeyedHashParameters, SymCipherParameters {
    /** {@code TPMT_PUBLIC.type}. */
    int type();

    void write(TpmWriter out);

    /**
     * The public key for the JCA.
     *
     * @throws InvalidKeyException if the type has none, or the numbers make none
     */
    PublicKey publicKey() throws InvalidKeyException;

    static PublicParameters read(int type, TpmReader in) throws Malformed {
        return switch (type) {
            case TpmAlg.RSA -> RsaParameters.read(in);
            case TpmAlg.ECC -> EccParameters.read(in);
            case TpmAlg.KEYEDHASH -> KeyedHashParameters.read(in);
            case TpmAlg.SYMCIPHER -> SymCipherParameters.read(in);
            default -> throw in.malformed("TPMT_PUBLIC.type", "is no type of object known here");
        };
    }
}
