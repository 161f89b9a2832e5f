package dev.kekkai.attestation.ek;

import dev.kekkai.attestation.verdict.Reason;
import dev.kekkai.attestation.verdict.Refusal;
import java.security.PublicKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;

/**
 * A certificate for this EK and made for an EK (TCG EK Credential Profile for TPM 2.0 §3.2). Who issued it was not looked at.
 *
 * @param certificate the certificate
 * @param maker what it says of the TPM
 */
public record EkCertificate(X509Certificate certificate, TpmMaker maker) {
    /** tcg-kp-EKCertificate. */
    static final String EK_CERTIFICATE = "2.23.133.8.1";

    private static final int KEY_ENCIPHERMENT = 2;
    private static final int KEY_AGREEMENT = 4;

    /**
     * Reads one that comes from anywhere.
     *
     * @param der one certificate, with or without what filled up its NV index
     * @throws Refusal with {@link Reason#EK_CERTIFICATE}, {@link Reason#EK_CERTIFICATE_KEY} or {@link Reason#EK_CERTIFICATE_PROFILE}
     */
    static EkCertificate parse(byte[] der, EndorsementKey ek) throws Refusal {
        try {
            X509Certificate certificate = X509.parse(X509.withoutPadding(der));
            if (!Arrays.equals(certificate.getPublicKey().getEncoded(), ek.key().getEncoded())) {
                throw new Refusal(Reason.EK_CERTIFICATE_KEY, "the certificate was issued for another key than the EK");
            }
            return new EkCertificate(certificate, checkProfile(certificate, ek.key()));
        } catch (CertificateParsingException e) {
            throw new Refusal(Reason.EK_CERTIFICATE_PROFILE, "an extension of the EK certificate cannot be read");
        } catch (CertificateException e) {
            throw new Refusal(Reason.EK_CERTIFICATE, "the EK certificate cannot be read as X.509 in DER");
        }
    }

    /** A CA certifies other things than EKs too: without these, a key in software may have such a certificate. */
    private static TpmMaker checkProfile(X509Certificate certificate, PublicKey ek)
            throws Refusal, CertificateParsingException {
        if (certificate.getBasicConstraints() >= 0) {
            throw new Refusal(Reason.EK_CERTIFICATE_PROFILE, "the EK certificate is a CA's");
        }
        boolean[] usage = certificate.getKeyUsage();
        if (usage != null && !usage[ek.getAlgorithm().equals("RSA") ? KEY_ENCIPHERMENT : KEY_AGREEMENT]) {
            throw new Refusal(
                    Reason.EK_CERTIFICATE_PROFILE,
                    "the EK certificate's key usage does not allow to encrypt to it (keyEncipherment for RSA, keyAgreement for ECC)");
        }
        List<String> purposes = certificate.getExtendedKeyUsage();
        if (purposes == null || !purposes.contains(EK_CERTIFICATE)) {
            throw new Refusal(
                    Reason.EK_CERTIFICATE_PROFILE,
                    "the certificate was not issued for an EK: its extended key usage lacks tcg-kp-EKCertificate ("
                            + EK_CERTIFICATE + ")");
        }
        return TpmMaker.of(certificate)
                .orElseThrow(
                        () -> new Refusal(
                                Reason.EK_CERTIFICATE_PROFILE,
                                "the EK certificate's subject alternative name does not name the TPM's manufacturer (2.23.133.2.1)"));
    }
}
