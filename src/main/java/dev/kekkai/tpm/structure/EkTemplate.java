package dev.kekkai.tpm.structure;

import static dev.kekkai.tpm.structure.ObjectAttributes.*;

import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Endorsement keys of the "TCG EK Credential Profile for TPM Family 2.0", version 2.5, Annex B: the low range (L) is used by PolicyA, the
 * high range (H) by PolicyB. All are restricted storage keys of the endorsement hierarchy.
 */
public enum EkTemplate {
    /** RSA-2048. */
    L_1(0x01C0_0002, HashAlg.SHA256, EkPolicy.A, null),
    /** ECC P-256. */
    L_2(0x01C0_000A, HashAlg.SHA256, EkPolicy.A, EccCurve.NIST_P256),
    /** RSA-2048. */
    H_1(0x01C0_0012, HashAlg.SHA256, EkPolicy.B, null),
    /** ECC P-256. */
    H_2(0x01C0_0014, HashAlg.SHA256, EkPolicy.B, EccCurve.NIST_P256),
    /** ECC P-384. */
    H_3(0x01C0_0016, HashAlg.SHA384, EkPolicy.B, EccCurve.NIST_P384);

    private static final int RSA_BITS = 2048;
    private static final int LOW =
            FIXED_TPM | FIXED_PARENT | SENSITIVE_DATA_ORIGIN | ADMIN_WITH_POLICY | RESTRICTED | DECRYPT;
    private static final int HIGH = LOW | USER_WITH_AUTH;

    private final int certificateIndex;
    private final HashAlg nameAlg;
    private final EkPolicy policy;
    private final @Nullable EccCurve curve;

    EkTemplate(int certificateIndex, HashAlg nameAlg, EkPolicy policy, @Nullable EccCurve curve) {
        this.certificateIndex = certificateIndex;
        this.nameAlg = nameAlg;
        this.policy = policy;
        this.curve = curve;
    }

    /** The NV index of the EK's certificate. */
    public int certificateIndex() {
        return certificateIndex;
    }

    /** What has to be satisfied in a session before the EK may be used. */
    public EkPolicy policy() {
        return policy;
    }

    /** The template, for {@code TPM2_CreatePrimary}: in the low range its unique value is zeros, in the high range it is empty. */
    public PublicArea template() {
        boolean zeros = policy == EkPolicy.A;
        if (curve == null) {
            return area(rsa(new byte[zeros ? RSA_BITS / 8 : 0]));
        }
        byte[] coordinate = new byte[zeros ? curve.length() : 0];
        return area(ecc(curve, new EccPoint(coordinate, coordinate)));
    }

    /** Which template this is the public area of, if any; modulus or point are its own. */
    public static Optional<EkTemplate> of(PublicArea area) {
        return Arrays.stream(values())
                .filter(template -> template.matches(area))
                .findFirst();
    }

    private boolean matches(PublicArea other) {
        return switch (other.parameters()) {
            case RsaParameters theirs -> curve == null && other.sameAs(area(rsa(theirs.modulus())));
            case EccParameters theirs -> curve != null && other.sameAs(area(ecc(curve, theirs.point())));
            case KeyedHashParameters _, SymCipherParameters _ -> false;
        };
    }

    private PublicArea area(PublicParameters parameters) {
        return new PublicArea(nameAlg, policy == EkPolicy.A ? LOW : HIGH, policy.digest(nameAlg), parameters);
    }

    private RsaParameters rsa(byte[] modulus) {
        return new RsaParameters(symmetric(), Scheme.NONE, RSA_BITS, 0, modulus);
    }

    private EccParameters ecc(EccCurve on, EccPoint point) {
        return new EccParameters(symmetric(), Scheme.NONE, on, Scheme.NONE, point);
    }

    /** As strong as the hash. */
    private Symmetric symmetric() {
        return nameAlg == HashAlg.SHA256 ? Symmetric.AES_128_CFB : Symmetric.AES_256_CFB;
    }
}
