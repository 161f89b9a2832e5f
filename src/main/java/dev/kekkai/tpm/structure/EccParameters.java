package dev.kekkai.tpm.structure;

import dev.kekkai.tpm.TpmException.Malformed;
import java.security.InvalidKeyException;
import java.security.interfaces.ECPublicKey;

/** {@code TPMS_ECC_PARMS} (Part 2 §12.2.3.6) and the public point. */
public record EccParameters(Symmetric symmetric, Scheme scheme, EccCurve curve, Scheme kdf, EccPoint point)
        implements PublicParameters {
    static EccParameters read(TpmReader in) throws Malformed {
        return new EccParameters(
                Symmetric.read(in),
                Scheme.read(in, "TPMS_ECC_PARMS.scheme"),
                EccCurve.read(in, "TPMS_ECC_PARMS.curveID"),
                Scheme.read(in, "TPMS_ECC_PARMS.kdf"),
                EccPoint.read(in));
    }

    @Override
    public int type() {
        return TpmAlg.ECC;
    }

    @Override
    public void write(TpmWriter out) {
        symmetric.write(out);
        scheme.write(out);
        out.u16(curve.id());
        kdf.write(out);
        point.write(out);
    }

    @Override
    public ECPublicKey publicKey() throws InvalidKeyException {
        return point.publicKey(curve);
    }
}
