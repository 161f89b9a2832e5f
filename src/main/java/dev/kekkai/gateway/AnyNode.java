package dev.kekkai.gateway;

import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;

/**
 * Whom the attest port takes: whoever has a P-256 key and signed one certificate with it. That is no more than a place to hang a key on; who it is, the
 * attestation shows.
 */
final class AnyNode extends ClientTrust {
    private static final int MOST_BYTES = 2048;

    @Override
    void check(X509Certificate[] chain) throws CertificateException {
        if (chain.length != 1) {
            throw new CertificateException("exactly one certificate is expected, that of the node's own key");
        }
        X509Certificate certificate = chain[0];
        if (certificate.getEncoded().length > MOST_BYTES) {
            throw new CertificateException("the certificate has more than " + MOST_BYTES + " bytes");
        }
        if (!(certificate.getPublicKey() instanceof ECPublicKey key) || !isP256(key.getParams())) {
            throw new CertificateException("the certificate's key is not on P-256");
        }
        try {
            certificate.verify(key);
        } catch (GeneralSecurityException e) {
            throw new CertificateException("the certificate is not signed with its own key", e);
        }
    }

    private static boolean isP256(ECParameterSpec parameters) throws CertificateException {
        try {
            AlgorithmParameters named = AlgorithmParameters.getInstance("EC");
            named.init(new ECGenParameterSpec("secp256r1"));
            ECParameterSpec p256 = named.getParameterSpec(ECParameterSpec.class);
            return parameters.getCurve().equals(p256.getCurve())
                    && parameters.getGenerator().equals(p256.getGenerator())
                    && parameters.getOrder().equals(p256.getOrder());
        } catch (GeneralSecurityException e) {
            throw new CertificateException("this Java platform lacks P-256", e);
        }
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return new X509Certificate[0];
    }
}
