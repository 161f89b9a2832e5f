package dev.kekkai.tpm.structure;

import static dev.kekkai.tpm.structure.ObjectAttributes.*;

import java.nio.charset.StandardCharsets;

/**
 * Our attestation key: ECC P-256, ECDSA with SHA-256, restricted to signing what the TPM itself made. A primary key of the endorsement
 * hierarchy from a fixed template: the same TPM makes the same key each time, until its endorsement seed changes, so nothing is stored.
 *
 * <p>{@code noDA} is set: the authorisation value is empty, so there is nothing to guess, and without it a TPM whose dictionary-attack
 * counter ran up (each loss of power may count) would refuse to quote.
 */
public final class AkTemplate {
    /** {@code 0x00050472}. */
    public static final int ATTRIBUTES =
            FIXED_TPM | FIXED_PARENT | SENSITIVE_DATA_ORIGIN | USER_WITH_AUTH | NO_DA | RESTRICTED | SIGN_ENCRYPT;

    private static final String UNIQUE = "kekkai/ak/1";

    private AkTemplate() {}

    /** The template, for {@code TPM2_CreatePrimary}: x is SHA-256("kekkai/ak/1"), y is zero; both have 32 bytes. */
    public static PublicArea template() {
        byte[] x = HashAlg.SHA256.digest(UNIQUE.getBytes(StandardCharsets.US_ASCII));
        return area(new EccPoint(x, new byte[EccCurve.NIST_P256.length()]));
    }

    /** Whether this is the public area of a key of our template; the point is its own. */
    public static boolean matches(PublicArea area) {
        return area.parameters() instanceof EccParameters ecc && area.sameAs(area(ecc.point()));
    }

    private static PublicArea area(EccPoint unique) {
        return new PublicArea(
                HashAlg.SHA256,
                ATTRIBUTES,
                new byte[0],
                new EccParameters(Symmetric.NONE, Scheme.ECDSA_SHA256, EccCurve.NIST_P256, Scheme.NONE, unique));
    }
}
