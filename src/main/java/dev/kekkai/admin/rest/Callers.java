package dev.kekkai.admin.rest;

import dev.kekkai.id.Person;
import io.quarkus.security.credential.CertificateCredential;
import io.quarkus.security.credential.TokenCredential;
import io.quarkus.security.identity.SecurityIdentity;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertificateEncodingException;
import java.util.HexFormat;
import org.eclipse.microprofile.jwt.JsonWebToken;

/** Who is calling. */
final class Callers {
    private Callers() {}

    /**
     * {@code cert:/O=Example/CN=alice}, or {@code oidc:alice (sub 42)}: the subject is what the issuer never gives to another, the name is what people
     * know.
     */
    static String name(SecurityIdentity identity) {
        CertificateCredential certificate = identity.getCredential(CertificateCredential.class);
        if (certificate != null) {
            return "cert:" + CertificateNames.subject(certificate.getCertificate());
        }
        if (identity.isAnonymous()) {
            return "anonymous";
        }
        return identity.getPrincipal() instanceof JsonWebToken token
                ? "oidc:" + token.getName() + " (sub " + token.getSubject() + ")"
                : "oidc:" + identity.getPrincipal().getName();
    }

    /** Who that is to those who approve: what the issuer, or the authority of certificates, gives to nobody else; names change. */
    static Person person(SecurityIdentity identity) {
        String name = name(identity);
        if (identity.getCredential(CertificateCredential.class) != null) {
            return new Person(name, name);
        }
        if (identity.getPrincipal() instanceof JsonWebToken token
                && token.getSubject() != null
                && token.getIssuer() != null) {
            return new Person("oidc:" + token.getSubject() + " of " + token.getIssuer(), name);
        }
        throw new ProblemException(
                ProblemCode.REFUSED, "your token has no sub, by which you could be told from others who approve");
    }

    /** Hex of SHA-256 of what it logged in with; a token itself is kept nowhere. */
    static String credential(SecurityIdentity identity) throws CertificateEncodingException {
        CertificateCredential certificate = identity.getCredential(CertificateCredential.class);
        TokenCredential token = identity.getCredential(TokenCredential.class);
        byte[] bytes = certificate != null
                ? certificate.getCertificate().getEncoded()
                : (token == null ? name(identity) : token.getToken()).getBytes(StandardCharsets.UTF_8);
        return sha256(bytes);
    }

    static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
