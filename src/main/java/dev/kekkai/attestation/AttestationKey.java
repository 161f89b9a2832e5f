package dev.kekkai.attestation;

import dev.kekkai.attestation.verdict.Reason;
import dev.kekkai.attestation.verdict.Refusal;
import dev.kekkai.tpm.TpmException.Malformed;
import dev.kekkai.tpm.structure.AkTemplate;
import dev.kekkai.tpm.structure.EccCurve;
import dev.kekkai.tpm.structure.EccParameters;
import dev.kekkai.tpm.structure.HashAlg;
import dev.kekkai.tpm.structure.Hierarchy;
import dev.kekkai.tpm.structure.Names;
import dev.kekkai.tpm.structure.PublicArea;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.PublicKey;
import java.security.Signature;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * An AK of exactly our template ({@link AkTemplate}). That it is restricted is what makes its signatures worth anything: it signs no bytes
 * beginning with TPM_GENERATED but those that the TPM made itself. That it is fixed to its TPM, and was made there, makes them that TPM's.
 * Whether it is in a TPM at all, only an activated credential shows.
 */
public final class AttestationKey {
    private static final EccCurve CURVE = EccCurve.NIST_P256;

    private final PublicArea area;
    private final PublicKey key;

    private AttestationKey(PublicArea area, PublicKey key) {
        this.area = area;
        this.key = key;
    }

    /**
     * Reads one that comes from anywhere.
     *
     * @param publicArea TPMT_PUBLIC, without a size before it
     * @throws Refusal with {@link Reason#AK_TEMPLATE}
     */
    public static AttestationKey parse(byte[] publicArea) throws Refusal {
        try {
            PublicArea area = PublicArea.parse(publicArea);
            if (!AkTemplate.matches(area)) {
                throw new Refusal(
                        Reason.AK_TEMPLATE,
                        "the AK is not exactly of our template (attributes %08x, and %08x are demanded): let the agent make it"
                                .formatted(area.attributes(), AkTemplate.ATTRIBUTES));
            }
            checkCoordinates(area);
            return new AttestationKey(area, area.parameters().publicKey());
        } catch (Malformed e) {
            throw new Refusal(Reason.AK_TEMPLATE, "the AK cannot be read: " + e.getMessage());
        } catch (InvalidKeyException e) {
            throw new Refusal(Reason.AK_TEMPLATE, "the AK is no key: " + e.getMessage());
        }
    }

    /** One point, one name: without full length the same key would have several names. */
    private static void checkCoordinates(PublicArea area) throws InvalidKeyException {
        if (!(area.parameters() instanceof EccParameters ecc)
                || ecc.point().x().length != CURVE.length()
                || ecc.point().y().length != CURVE.length()) {
            throw new InvalidKeyException("a coordinate does not have " + CURVE.length() + " bytes");
        }
    }

    /** {@code 0x000B ‖ SHA-256(public area)}, 34 bytes. */
    public byte[] name() {
        return area.name();
    }

    /** The name in hex, as it is pinned and shown. */
    public String nameHex() {
        return HexFormat.of().formatHex(name());
    }

    /** What the TPM calls it if it is a primary key of the endorsement hierarchy: {@code 0x000B ‖ SHA-256(0x4000000B ‖ name)}. */
    public byte[] qualifiedName() {
        return Names.qualified(Hierarchy.ENDORSEMENT, HashAlg.SHA256, name());
    }

    /**
     * Reads a TPMT_SIGNATURE of the one kind that this key makes: ECDSA, SHA-256, both numbers from 1 to the order less one.
     *
     * @return {@code r ‖ s}, 64 bytes
     * @throws Refusal with {@link Reason#SIGNATURE_SHAPE}
     */
    byte[] readSignature(byte[] signature) throws Refusal {
        try {
            if (dev.kekkai.tpm.structure.Signature.parse(signature)
                            instanceof dev.kekkai.tpm.structure.Signature.Ecdsa ecdsa
                    && ecdsa.hash() == HashAlg.SHA256) {
                byte[] both = ecdsa.p1363(CURVE);
                checkScalar(Arrays.copyOf(both, CURVE.length()));
                checkScalar(Arrays.copyOfRange(both, CURVE.length(), both.length));
                return both;
            }
            throw new Refusal(
                    Reason.SIGNATURE_SHAPE, "the signature is not ECDSA with SHA-256, and the AK makes no other");
        } catch (Malformed e) {
            throw new Refusal(Reason.SIGNATURE_SHAPE, "the signature cannot be read: " + e.getMessage());
        }
    }

    /** FIPS 186-5 §6.4.2, step 1. Zero is what some libraries took for a signature of anything. */
    private static void checkScalar(byte[] number) throws Refusal {
        BigInteger value = new BigInteger(1, number);
        if (value.signum() == 0 || value.compareTo(CURVE.parameters().getOrder()) >= 0) {
            throw new Refusal(
                    Reason.SIGNATURE_SHAPE, "a number of the signature is not from 1 to the curve's order less one");
        }
    }

    /**
     * Whether this key signed exactly these bytes.
     *
     * @param scalars from {@link #readSignature}
     */
    boolean signed(byte[] attest, byte[] scalars) {
        try {
            Signature ecdsa = Signature.getInstance("SHA256withECDSAinP1363Format");
            ecdsa.initVerify(key);
            ecdsa.update(attest);
            return ecdsa.verify(scalars);
        } catch (GeneralSecurityException e) {
            return false;
        }
    }
}
