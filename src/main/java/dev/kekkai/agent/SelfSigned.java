package dev.kekkai.agent;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.Signature;
import java.time.Instant;
import java.util.Date;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.operator.ContentSigner;

/**
 * A certificate in which a P-256 key speaks for itself (RFC 5280): TLS wants one where only the key counts. It names nobody,
 * and says nothing of time, because nobody is to believe either.
 */
final class SelfSigned {
    private static final X500Name NAME = new X500Name("CN=kekkai agent");
    private static final Instant ALWAYS = Instant.parse("2000-01-01T00:00:00Z");
    /** No well-defined expiration date (RFC 5280 §4.1.2.5). */
    private static final Instant NEVER = Instant.parse("9999-12-31T23:59:59Z");

    private SelfSigned() {}

    /** DER. */
    static byte[] of(KeyPair pair) throws GeneralSecurityException {
        Signature signature = Signature.getInstance("SHA256withECDSA");
        signature.initSign(pair.getPrivate());
        try {
            return new X509v3CertificateBuilder(
                            NAME,
                            BigInteger.ONE,
                            Date.from(ALWAYS),
                            Date.from(NEVER),
                            NAME,
                            SubjectPublicKeyInfo.getInstance(pair.getPublic().getEncoded()))
                    .build(new Own(signature, new ByteArrayOutputStream()))
                    .getEncoded();
        } catch (IOException e) {
            throw new IllegalStateException("a certificate in memory cannot fail to be written", e);
        }
    }

    /** Signs with the key itself: ecdsa-with-SHA256 (RFC 5758 §3.2). */
    private record Own(Signature signature, ByteArrayOutputStream content) implements ContentSigner {
        @Override
        public AlgorithmIdentifier getAlgorithmIdentifier() {
            return new AlgorithmIdentifier(X9ObjectIdentifiers.ecdsa_with_SHA256);
        }

        @Override
        public OutputStream getOutputStream() {
            return content;
        }

        @Override
        public byte[] getSignature() {
            try {
                signature.update(content.toByteArray());
                return signature.sign();
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("a key of our own does not sign", e);
            }
        }
    }
}
