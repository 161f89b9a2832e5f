package dev.kekkai.identity;

import dev.kekkai.custody.CustodyException;
import dev.kekkai.custody.Signer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Arrays;
import java.util.Date;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AuthorityKeyIdentifier;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.SubjectKeyIdentifier;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.X509v3CertificateBuilder;

/**
 * A CA of one level, P-256, whose key is in the HSM. Its certificate's contents follow from the key and the name alone, so each replica makes the
 * same but for the signature, and nothing has to be kept that could be lost.
 */
public final class CertificateAuthority {
    /** Older than any certificate of ours. */
    private static final Instant ALWAYS = Instant.parse("2020-01-01T00:00:00Z");
    /** No well-defined expiration date (RFC 5280 §4.1.2.5). What ends a root here is its exchange. */
    private static final Instant NEVER = Instant.parse("9999-12-31T23:59:59Z");

    private static final int SERIAL_BYTES = 16;
    private static final int KEY_ID_BYTES = 20;

    private final Signer signer;
    private final X500Name name;
    private final X509Certificate certificate;
    private final SecureRandom random;

    private CertificateAuthority(Signer signer, X500Name name, X509Certificate certificate, SecureRandom random) {
        this.signer = signer;
        this.name = name;
        this.certificate = certificate;
        this.random = random;
    }

    /**
     * Signs the CA's own certificate. Blocks on the HSM.
     *
     * @param commonName of the CA, for people
     */
    public static CertificateAuthority of(Signer signer, String commonName, SecureRandom random)
            throws CustodyException {
        X500Name name = new X500Name("CN=" + commonName);
        byte[] spki = signer.publicKey();
        X509v3CertificateBuilder builder = forAuthority(name, sha256(spki), name, spki);
        return new CertificateAuthority(signer, name, sign(builder, signer), random);
    }

    /**
     * Certifies another CA's key under that CA's own name, so that who trusts this one may come to trust that one. Its contents follow from both
     * keys and names alone. Blocks on the HSM.
     */
    X509Certificate vouchFor(CertificateAuthority other) throws CustodyException {
        byte[] ours = signer.publicKey();
        byte[] theirs = other.signer.publicKey();
        X509v3CertificateBuilder builder = forAuthority(name, sha256(sha256(ours), sha256(theirs)), other.name, theirs);
        try {
            builder.addExtension(Extension.authorityKeyIdentifier, false, new AuthorityKeyIdentifier(keyId(ours)));
        } catch (IOException e) {
            throw new IllegalStateException("an extension of ours cannot be written", e);
        }
        return sign(builder, signer);
    }

    /** @param digest whose beginning is the serial number */
    private static X509v3CertificateBuilder forAuthority(
            X500Name issuer, byte[] digest, X500Name subject, byte[] spki) {
        X509v3CertificateBuilder builder = new X509v3CertificateBuilder(
                issuer,
                new BigInteger(1, Arrays.copyOf(digest, SERIAL_BYTES)).setBit(0),
                Date.from(ALWAYS),
                Date.from(NEVER),
                subject,
                SubjectPublicKeyInfo.getInstance(spki));
        try {
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(0));
            builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign));
            builder.addExtension(Extension.subjectKeyIdentifier, false, new SubjectKeyIdentifier(keyId(spki)));
        } catch (IOException e) {
            throw new IllegalStateException("an extension of ours cannot be written", e);
        }
        return builder;
    }

    /** Its certificate, which it signed itself. */
    public X509Certificate certificate() {
        return certificate;
    }

    /** What it signs with; for whoever has to see that a certificate is its own. */
    public PublicKey publicKey() {
        return certificate.getPublicKey();
    }

    /**
     * Issues a certificate with a random serial number. Blocks on the HSM.
     *
     * @param spki SubjectPublicKeyInfo of the key that it is for
     * @param subject may be empty, and then the names are critical (RFC 5280 §4.2.1.6)
     * @param more extensions of ours
     */
    X509Certificate issue(
            byte[] spki,
            String subject,
            GeneralNames names,
            KeyPurposeId purpose,
            Instant notBefore,
            Instant notAfter,
            Extension... more)
            throws CustodyException {
        X509v3CertificateBuilder builder = new X509v3CertificateBuilder(
                name,
                serial(),
                Date.from(notBefore),
                Date.from(notAfter),
                new X500Name(subject),
                SubjectPublicKeyInfo.getInstance(spki));
        try {
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
            builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
            builder.addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(purpose));
            builder.addExtension(Extension.subjectAlternativeName, subject.isEmpty(), names);
            builder.addExtension(
                    Extension.authorityKeyIdentifier, false, new AuthorityKeyIdentifier(keyId(signer.publicKey())));
            for (Extension each : more) {
                builder.addExtension(each);
            }
        } catch (IOException e) {
            throw new IllegalStateException("an extension of ours cannot be written", e);
        }
        return sign(builder, signer);
    }

    private static X509Certificate sign(X509v3CertificateBuilder builder, Signer signer) throws CustodyException {
        try {
            return read(builder.build(new TokenContentSigner(signer)));
        } catch (Signing.NotSigned e) {
            throw e.reason();
        }
    }

    private static X509Certificate read(X509CertificateHolder made) {
        try {
            return (X509Certificate) CertificateFactory.getInstance("X.509")
                    .generateCertificate(new ByteArrayInputStream(made.getEncoded()));
        } catch (CertificateException | IOException e) {
            throw new IllegalStateException("a certificate of ours cannot be read", e);
        }
    }

    /** Positive, and 127 bits of it random (RFC 5280 §4.1.2.2). */
    private BigInteger serial() {
        byte[] bytes = new byte[SERIAL_BYTES];
        random.nextBytes(bytes);
        bytes[0] &= 0x7F;
        return new BigInteger(1, bytes).setBit(0);
    }

    private static byte[] keyId(byte[] spki) {
        return Arrays.copyOf(sha256(spki), KEY_ID_BYTES);
    }

    private static byte[] sha256(byte[]... parts) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (byte[] part : parts) {
                digest.update(part);
            }
            return digest.digest();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
