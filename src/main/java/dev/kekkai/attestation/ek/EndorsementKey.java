package dev.kekkai.attestation.ek;

import dev.kekkai.attestation.verdict.Reason;
import dev.kekkai.attestation.verdict.Refusal;
import dev.kekkai.tpm.TpmException.Malformed;
import dev.kekkai.tpm.structure.EccParameters;
import dev.kekkai.tpm.structure.EkTemplate;
import dev.kekkai.tpm.structure.PublicArea;
import java.security.InvalidKeyException;
import java.security.PublicKey;
import java.security.interfaces.RSAPublicKey;
import java.util.Optional;

/**
 * An EK of one of the TCG's templates. It is a restricted decryption key that is fixed to its TPM: what is wrapped for it, only that TPM opens,
 * and only by the rules of {@code TPM2_ActivateCredential}.
 *
 * @param area its public area, whose point or modulus is sound
 * @param template which of the TCG's it is of
 * @param key the same for the JCA
 */
public record EndorsementKey(PublicArea area, EkTemplate template, PublicKey key) {
    /**
     * Reads one that comes from anywhere.
     *
     * @param publicArea TPMT_PUBLIC, without a size before it
     * @throws Refusal with {@link Reason#EK_TEMPLATE}
     */
    public static EndorsementKey parse(byte[] publicArea) throws Refusal {
        try {
            PublicArea area = PublicArea.parse(publicArea);
            EkTemplate template = EkTemplate.of(area)
                    .orElseThrow(() -> new Refusal(
                            Reason.EK_TEMPLATE,
                            "the EK is of none of the TCG's templates L-1, L-2, H-1, H-2, H-3 (attributes %08x)"
                                    .formatted(area.attributes())));
            checkCoordinates(area);
            return new EndorsementKey(area, template, area.parameters().publicKey());
        } catch (Malformed e) {
            throw new Refusal(Reason.EK_TEMPLATE, "the EK cannot be read: " + e.getMessage());
        } catch (InvalidKeyException e) {
            throw new Refusal(Reason.EK_TEMPLATE, "the EK is no key: " + e.getMessage());
        }
    }

    /** Why others can compute its private half, and so open whatever is made for this TPM, if that is known. */
    public Optional<String> weakness() {
        return key instanceof RSAPublicKey rsa && Roca.made(rsa.getModulus())
                ? Optional.of(
                        "the EK is one of those whose private half can be computed (CVE-2017-15361, ROCA): update the"
                                + " TPM's firmware, have it make a new EK, evict this node and enrol it anew")
                : Optional.empty();
    }

    /** One point, one name: without full length the same key would have several names. */
    private static void checkCoordinates(PublicArea area) throws InvalidKeyException {
        if (area.parameters() instanceof EccParameters ecc) {
            int length = ecc.curve().length();
            if (ecc.point().x().length != length || ecc.point().y().length != length) {
                throw new InvalidKeyException("a coordinate does not have " + length + " bytes");
            }
        }
    }
}
