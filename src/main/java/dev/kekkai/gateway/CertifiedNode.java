package dev.kekkai.gateway;

import dev.kekkai.identity.NodeName;
import java.security.GeneralSecurityException;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Set;

/**
 * Whom the service port takes: nodes with a certificate of our client CA. Its time is not asked for here, because a failed handshake tells nobody why; it
 * is asked for before each request, where the refusal has a reason and is recorded.
 */
final class CertifiedNode extends ClientTrust {
    private static final String CLIENT_AUTH = "1.3.6.1.5.5.7.3.2";

    private final X509Certificate authority;

    /** @param authority certificate of our client CA */
    CertifiedNode(X509Certificate authority) {
        this.authority = authority;
    }

    @Override
    void check(X509Certificate[] chain) throws CertificateException {
        X509Certificate certificate = chain[0];
        checkPath(certificate);
        List<String> purposes = certificate.getExtendedKeyUsage();
        if (purposes == null || !purposes.contains(CLIENT_AUTH) || certificate.getBasicConstraints() >= 0) {
            throw new CertificateException("the certificate is not for a client");
        }
        if (NodeName.of(certificate).isEmpty()) {
            throw new CertificateException("the certificate names no node");
        }
    }

    /** PKIX with our CA as the only anchor and nothing in between, as of when it was issued. */
    private void checkPath(X509Certificate certificate) throws CertificateException {
        try {
            PKIXParameters parameters = new PKIXParameters(Set.of(new TrustAnchor(authority, null)));
            parameters.setRevocationEnabled(false);
            parameters.setDate(certificate.getNotBefore());
            var unused = CertPathValidator.getInstance("PKIX")
                    .validate(
                            CertificateFactory.getInstance("X.509").generateCertPath(List.of(certificate)), parameters);
        } catch (GeneralSecurityException e) {
            throw new CertificateException("the certificate is not of this gateway's client CA", e);
        }
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return new X509Certificate[] {authority};
    }
}
