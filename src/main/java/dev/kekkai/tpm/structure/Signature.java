package dev.kekkai.tpm.structure;

import dev.kekkai.tpm.TpmException.Malformed;

/** {@code TPMT_SIGNATURE} (Part 2 §11.3.4): ECDSA, RSASSA or RSAPSS. Others are refused. */
public sealed interface Signature {
    HashAlg hash();

    void write(TpmWriter out);

    /** Two numbers, big-endian, unsigned, each at most {@value EccCurve#MAX_LENGTH} bytes. */
    record Ecdsa(HashAlg hash, byte[] r, byte[] s) implements Signature {
        @Override
        public void write(TpmWriter out) {
            out.u16(TpmAlg.ECDSA).u16(hash.id()).sized(r).sized(s);
        }

        /**
         * {@code r ‖ s}, each as long as a coordinate: what the JCA's {@code …inP1363Format} takes.
         *
         * @throws Malformed if one is longer
         */
        public byte[] p1363(EccCurve curve) throws Malformed {
            byte[] both = new byte[2 * curve.length()];
            place(r, both, curve.length(), "TPMS_SIGNATURE_ECC.signatureR");
            place(s, both, 2 * curve.length(), "TPMS_SIGNATURE_ECC.signatureS");
            return both;
        }

        private static void place(byte[] number, byte[] out, int end, String field) throws Malformed {
            if (number.length > out.length / 2) {
                throw new Malformed(field, "is longer than a coordinate of the curve", 0);
            }
            System.arraycopy(number, 0, out, end - number.length, number.length);
        }
    }

    /**
     * One number, as long as the modulus.
     *
     * @param algorithm {@code TPM_ALG_RSASSA} or {@code TPM_ALG_RSAPSS}
     */
    record Rsa(int algorithm, HashAlg hash, byte[] signature) implements Signature {
        @Override
        public void write(TpmWriter out) {
            out.u16(algorithm).u16(hash.id()).sized(signature);
        }
    }

    /** Parses exactly these bytes. */
    static Signature parse(byte[] bytes) throws Malformed {
        TpmReader in = new TpmReader(bytes);
        Signature signature = read(in);
        in.end("TPMT_SIGNATURE");
        return signature;
    }

    static Signature read(TpmReader in) throws Malformed {
        int algorithm = in.u16("TPMT_SIGNATURE.sigAlg");
        return switch (algorithm) {
            case TpmAlg.ECDSA ->
                new Ecdsa(
                        HashAlg.read(in, "TPMS_SIGNATURE_ECC.hash"),
                        in.sized(EccCurve.MAX_LENGTH, "TPMS_SIGNATURE_ECC.signatureR"),
                        in.sized(EccCurve.MAX_LENGTH, "TPMS_SIGNATURE_ECC.signatureS"));
            case TpmAlg.RSASSA, TpmAlg.RSAPSS ->
                new Rsa(
                        algorithm,
                        HashAlg.read(in, "TPMS_SIGNATURE_RSA.hash"),
                        in.sized(RsaParameters.MAX_MODULUS, "TPMS_SIGNATURE_RSA.sig"));
            default -> throw in.malformed("TPMT_SIGNATURE.sigAlg", "is no signature known here");
        };
    }

    /** The marshalled {@code TPMT_SIGNATURE}. */
    default byte[] bytes() {
        TpmWriter out = new TpmWriter();
        write(out);
        return out.toBytes();
    }
}
