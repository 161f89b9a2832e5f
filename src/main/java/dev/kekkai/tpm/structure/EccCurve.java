package dev.kekkai.tpm.structure;

import dev.kekkai.tpm.TpmException.Malformed;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.util.Optional;

/** {@code TPM_ECC_CURVE} (Part 2 §6.4): the NIST curves. Others are refused. */
public enum EccCurve {
    NIST_P256(0x0003, 32, "secp256r1"),
    NIST_P384(0x0004, 48, "secp384r1"),
    NIST_P521(0x0005, 66, "secp521r1");

    /** The longest coordinate, in bytes. */
    public static final int MAX_LENGTH = 66;

    private final int id;
    private final int length;
    private final String jca;

    EccCurve(int id, int length, String jca) {
        this.id = id;
        this.length = length;
        this.jca = jca;
    }

    public int id() {
        return id;
    }

    /** Length of a coordinate in bytes. */
    public int length() {
        return length;
    }

    /** The JCA's name, for example {@code secp256r1}. */
    public String jca() {
        return jca;
    }

    public static Optional<EccCurve> ofId(int id) {
        for (EccCurve curve : values()) {
            if (curve.id == id) {
                return Optional.of(curve);
            }
        }
        return Optional.empty();
    }

    static EccCurve read(TpmReader in, String field) throws Malformed {
        return ofId(in.u16(field)).orElseThrow(() -> in.malformed(field, "is no curve known here"));
    }

    /** Field, coefficients, generator and order, as the JCA has them. */
    public ECParameterSpec parameters() {
        try {
            AlgorithmParameters parameters = AlgorithmParameters.getInstance("EC");
            parameters.init(new ECGenParameterSpec(jca));
            return parameters.getParameterSpec(ECParameterSpec.class);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform of ours has " + jca, e);
        }
    }
}
