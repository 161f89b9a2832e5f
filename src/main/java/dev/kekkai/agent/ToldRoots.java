package dev.kekkai.agent;

import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import java.security.NoSuchProviderException;
import java.security.SignatureException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;

/**
 * Roots that a gateway tells, and cross certificates for them. Who has a gateway's TLS key can tell what he likes, so a root that is new
 * counts only if one that is trusted already has signed for it as for a CA: that takes the HSM.
 *
 * @param roots signed by themselves
 * @param crosses one CA's word for another: all that is not issued by its own subject
 */
record ToldRoots(List<X509Certificate> roots, List<X509Certificate> crosses) {
    /** Index of keyCertSign in {@link X509Certificate#getKeyUsage} (RFC 5280 §4.2.1.3). */
    private static final int KEY_CERT_SIGN = 5;

    /** @throws GeneralSecurityException if one cannot be read, or pretends to be signed by itself */
    static ToldRoots of(List<byte[]> der) throws GeneralSecurityException {
        List<X509Certificate> roots = new ArrayList<>();
        List<X509Certificate> crosses = new ArrayList<>();
        for (byte[] each : der) {
            X509Certificate certificate = NodeKey.parse(each);
            if (!certificate.getSubjectX500Principal().equals(certificate.getIssuerX500Principal())) {
                crosses.add(certificate);
            } else if (signed(certificate, certificate)) {
                roots.add(certificate);
            } else {
                throw new GeneralSecurityException("one of them is not signed by itself");
            }
        }
        return new ToldRoots(List.copyOf(roots), List.copyOf(crosses));
    }

    /**
     * The roots, if each of them may be trusted.
     *
     * @param trusted until now
     * @param server what the gateway that tells them showed
     * @throws GeneralSecurityException if not, with the reason
     */
    List<X509Certificate> vouchedBy(List<X509Certificate> trusted, X509Certificate server)
            throws GeneralSecurityException {
        for (X509Certificate root : roots) {
            if (!known(root, trusted) && crosses.stream().noneMatch(cross -> vouches(cross, root, trusted))) {
                throw new GeneralSecurityException("no root that is trusted already has signed for a new one");
            }
        }
        if (roots.stream().noneMatch(root -> signed(server, root))) {
            throw new GeneralSecurityException("the root of the gateway's own certificate is not among them");
        }
        return roots;
    }

    private static boolean known(X509Certificate root, List<X509Certificate> trusted) {
        return trusted.stream().anyMatch(each -> each.getPublicKey().equals(root.getPublicKey()));
    }

    /** A gateway's certificate has a root's signature too, so what is no CA's vouches for nothing. */
    private static boolean vouches(X509Certificate cross, X509Certificate root, List<X509Certificate> trusted) {
        boolean[] usage = cross.getKeyUsage();
        return cross.getBasicConstraints() >= 0
                && usage != null
                && usage[KEY_CERT_SIGN]
                && cross.getPublicKey().equals(root.getPublicKey())
                && cross.getSubjectX500Principal().equals(root.getSubjectX500Principal())
                && trusted.stream().anyMatch(issuer -> signed(cross, issuer));
    }

    private static boolean signed(X509Certificate certificate, X509Certificate issuer) {
        if (!certificate.getIssuerX500Principal().equals(issuer.getSubjectX500Principal())) {
            return false;
        }
        try {
            certificate.verify(issuer.getPublicKey());
            return true;
        } catch (CertificateException
                | InvalidKeyException
                | NoSuchAlgorithmException
                | NoSuchProviderException
                | SignatureException e) {
            return false;
        }
    }
}
