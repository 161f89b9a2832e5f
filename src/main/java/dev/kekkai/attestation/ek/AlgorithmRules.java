package dev.kekkai.attestation.ek;

import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.util.Set;

/**
 * Which signatures and keys count in an EK's chain; the JDK's own rules (security property {@code jdk.certpath.disabledAlgorithms}) come on
 * top and may be stricter.
 */
final class AlgorithmRules {
    private static final Set<String> STRONG = Set.of(
            "1.2.840.113549.1.1.11", // sha256WithRSAEncryption
            "1.2.840.113549.1.1.12", // sha384WithRSAEncryption
            "1.2.840.113549.1.1.13", // sha512WithRSAEncryption
            "1.2.840.10045.4.3.2", // ecdsa-with-SHA256
            "1.2.840.10045.4.3.3", // ecdsa-with-SHA384
            "1.2.840.10045.4.3.4"); // ecdsa-with-SHA512

    private static final Set<String> SHA1 = Set.of(
            "1.2.840.113549.1.1.5", // sha1WithRSAEncryption
            "1.2.840.10045.4.1"); // ecdsa-with-SHA1

    private static final int LEAST_RSA_BITS = 2048;
    private static final int LEAST_EC_BITS = 256;

    private AlgorithmRules() {}

    static boolean signedStrongly(X509Certificate certificate) {
        return STRONG.contains(certificate.getSigAlgOID());
    }

    static boolean signedWithSha1(X509Certificate certificate) {
        return SHA1.contains(certificate.getSigAlgOID());
    }

    static boolean hasStrongKey(PublicKey key) {
        return switch (key) {
            case RSAPublicKey rsa -> rsa.getModulus().bitLength() >= LEAST_RSA_BITS;
            case ECPublicKey ec -> ec.getParams().getOrder().bitLength() >= LEAST_EC_BITS;
            default -> false;
        };
    }
}
