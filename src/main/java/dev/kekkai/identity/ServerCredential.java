package dev.kekkai.identity;

import dev.kekkai.custody.CustodyException;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;

/**
 * What a gateway shows to its nodes. The key was made in this process's memory and is written nowhere.
 *
 * @param chain the certificate, then the root
 */
record ServerCredential(PrivateKey key, List<X509Certificate> chain) {
    static final Duration LIFETIME = Duration.ofDays(7);
    /** Nodes' clocks may be off, and a certificate that is not valid yet helps nobody. */
    static final Duration BACKDATED = Duration.ofDays(1);

    /** Makes a key and has the root sign for it. Blocks on the HSM. */
    static ServerCredential make(CertificateAuthority root, List<String> names, Instant now) throws CustodyException {
        KeyPair pair = pair();
        Instant from = now.truncatedTo(ChronoUnit.SECONDS);
        X509Certificate certificate = root.issue(
                pair.getPublic().getEncoded(),
                "",
                new GeneralNames(
                        names.stream().map(ServerCredential::generalName).toArray(GeneralName[]::new)),
                KeyPurposeId.id_kp_serverAuth,
                from.minus(BACKDATED),
                from.plus(LIFETIME));
        return new ServerCredential(pair.getPrivate(), List.of(certificate, root.certificate()));
    }

    private static GeneralName generalName(String name) {
        return new GeneralName(literalAddress(name) ? GeneralName.iPAddress : GeneralName.dNSName, name);
    }

    private static boolean literalAddress(String name) {
        return name.indexOf(':') >= 0 || name.matches("\\d{1,3}(\\.\\d{1,3}){3}");
    }

    private static KeyPair pair() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform of ours has P-256", e);
        }
    }
}
