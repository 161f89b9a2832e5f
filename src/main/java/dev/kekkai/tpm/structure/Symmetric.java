package dev.kekkai.tpm.structure;

import dev.kekkai.tpm.TpmException.Malformed;

/**
 * {@code TPMT_SYM_DEF_OBJECT} (Part 2 §11.1.7): what a storage key protects its children with, or a session its parameters.
 *
 * @param algorithm {@code TPM_ALG_AES} or {@code TPM_ALG_NULL}
 * @param keyBits zero for {@code TPM_ALG_NULL}
 * @param mode zero for {@code TPM_ALG_NULL}
 */
public record Symmetric(int algorithm, int keyBits, int mode) {
    public static final Symmetric NONE = new Symmetric(TpmAlg.NULL, 0, 0);
    public static final Symmetric AES_128_CFB = new Symmetric(TpmAlg.AES, 128, TpmAlg.CFB);
    public static final Symmetric AES_256_CFB = new Symmetric(TpmAlg.AES, 256, TpmAlg.CFB);

    public static Symmetric read(TpmReader in) throws Malformed {
        int algorithm = in.u16("TPMT_SYM_DEF_OBJECT.algorithm");
        if (algorithm == TpmAlg.NULL) {
            return NONE;
        }
        if (algorithm != TpmAlg.AES) {
            throw in.malformed("TPMT_SYM_DEF_OBJECT.algorithm", "is neither AES nor NULL");
        }
        return new Symmetric(algorithm, in.u16("TPMT_SYM_DEF_OBJECT.keyBits"), in.u16("TPMT_SYM_DEF_OBJECT.mode"));
    }

    public void write(TpmWriter out) {
        out.u16(algorithm);
        if (algorithm != TpmAlg.NULL) {
            out.u16(keyBits).u16(mode);
        }
    }
}
