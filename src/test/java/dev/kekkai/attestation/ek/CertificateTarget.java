package dev.kekkai.attestation.ek;

import dev.kekkai.attestation.verdict.Refusal;
import dev.kekkai.testing.attestation.SoftwareEk;
import dev.kekkai.tpm.structure.EkTemplate;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;

/** A file of the CA folder, and an EK certificate that a node sends. Here, because nothing outside of this package reads either by itself. */
public final class CertificateTarget {
    private static final EndorsementKey EK = someEk();

    private CertificateTarget() {}

    public static void fuzzerTestOneInput(byte[] input) {
        try {
            if (CertificateFile.parse(input).isEmpty()) {
                throw new AssertionError("a file without certificates is refused");
            }
        } catch (CertificateException e) {
            // That is what it is for.
        }
        try {
            EkCertificate.parse(input, EK);
        } catch (Refusal e) {
            // That is what it is for.
        }
    }

    private static EndorsementKey someEk() {
        try {
            return EndorsementKey.parse(
                    SoftwareEk.area(EkTemplate.L_2, SoftwareEk.ecc("secp256r1")).bytes());
        } catch (GeneralSecurityException | Refusal e) {
            throw new IllegalStateException(e);
        }
    }
}
