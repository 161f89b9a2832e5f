package dev.kekkai.tpm.structure;

import dev.kekkai.tpm.TpmException.Malformed;
import org.jspecify.annotations.Nullable;

/**
 * A signing, encryption, MAC or key-derivation scheme: {@code TPMT_RSA_SCHEME}, {@code TPMT_ECC_SCHEME}, {@code TPMT_KEYEDHASH_SCHEME},
 * {@code TPMT_SIG_SCHEME}, {@code TPMT_KDF_SCHEME} (Part 2 §11). Those with more than a hash (ECDAA, XOR) are refused.
 *
 * @param algorithm {@code TPM_ALG_ID}
 * @param hash null where the scheme has none
 */
public record Scheme(int algorithm, @Nullable HashAlg hash) {
    public static final Scheme NONE = new Scheme(TpmAlg.NULL, null);
    public static final Scheme ECDSA_SHA256 = new Scheme(TpmAlg.ECDSA, HashAlg.SHA256);
    public static final Scheme HMAC_SHA256 = new Scheme(TpmAlg.HMAC, HashAlg.SHA256);

    public static Scheme read(TpmReader in, String field) throws Malformed {
        int algorithm = in.u16(field + ".scheme");
        return switch (algorithm) {
            case TpmAlg.NULL -> NONE;
            case TpmAlg.RSAES -> new Scheme(algorithm, null);
            case TpmAlg.RSASSA,
                    TpmAlg.RSAPSS,
                    TpmAlg.OAEP,
                    TpmAlg.ECDSA,
                    TpmAlg.ECDH,
                    TpmAlg.HMAC,
                    TpmAlg.MGF1,
                    TpmAlg.KDF1_SP800_56A,
                    TpmAlg.KDF2,
                    TpmAlg.KDF1_SP800_108 -> new Scheme(algorithm, HashAlg.read(in, field + ".hashAlg"));
            default -> throw in.malformed(field + ".scheme", "is no scheme known here");
        };
    }

    public void write(TpmWriter out) {
        out.u16(algorithm);
        if (hash != null) {
            out.u16(hash.id());
        }
    }
}
