package dev.kekkai.gateway;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.kekkai.fleet.Witness;
import dev.kekkai.identity.ServerIdentity;
import java.io.ByteArrayInputStream;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.X509EncodedKeySpec;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Gateways of one HSM, who sign with the keys of their TLS certificates: {@code BASE64(certificate) "." BASE64(signature)}, ECDSA P-256 over SHA-256,
 * r ‖ s of 32 bytes each.
 *
 * <p>What was signed stays signed when the certificate is over, since its key was in the memory of one process and went with it; but nobody says with it
 * that something was seen after its end.
 */
public final class GatewayWitness implements Witness {
    private static final String SERVER_AUTH = "1.3.6.1.5.5.7.3.1";
    private static final int MOST_CHARACTERS = 16 * 1024;
    private static final int MOST_CERTIFICATES = 256;

    private final ServerIdentity identity;
    private final List<PublicKey> roots;
    /** By their text, so that each is looked at once; empty for what is no gateway's. */
    private final Map<String, Optional<X509Certificate>> known = new HashMap<>();

    /** @param roots of gateways that are believed: those that nodes trust, and those before */
    public GatewayWitness(ServerIdentity identity, List<PublicKey> roots) {
        this.identity = identity;
        this.roots = List.copyOf(roots);
    }

    /**
     * A root's key.
     *
     * @param spki DER SubjectPublicKeyInfo, from the token
     */
    public static PublicKey key(byte[] spki) {
        try {
            return KeyFactory.getInstance("EC").generatePublic(new X509EncodedKeySpec(spki));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the HSM gives a key of a server root that is none on P-256", e);
        }
    }

    @Override
    public String sign(byte[] statement) {
        ServerIdentity.Said said = identity.sign(statement);
        try {
            Base64.Encoder base64 = Base64.getEncoder();
            return base64.encodeToString(said.certificate().getEncoded()) + "."
                    + base64.encodeToString(said.signature());
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException("a certificate of ours cannot be encoded", e);
        }
    }

    @Override
    public boolean signed(byte[] statement, String signed) {
        return by(statement, signed).isPresent();
    }

    @Override
    public boolean signed(byte[] statement, String signed, Instant at) {
        return by(statement, signed)
                .filter(certificate -> !at.isAfter(certificate.getNotAfter().toInstant()))
                .isPresent();
    }

    /** The certificate of the gateway that signed it. */
    private Optional<X509Certificate> by(byte[] statement, String signed) {
        int dot = signed.indexOf('.');
        if (dot < 0 || signed.length() > MOST_CHARACTERS) {
            return Optional.empty();
        }
        return certificate(signed.substring(0, dot)).filter(it -> verifies(it, statement, signed.substring(dot + 1)));
    }

    private static boolean verifies(X509Certificate certificate, byte[] statement, String signature) {
        try {
            Signature verifier = Signature.getInstance("SHA256withECDSAinP1363Format");
            verifier.initVerify(certificate.getPublicKey());
            verifier.update(statement);
            return verifier.verify(Base64.getDecoder().decode(signature));
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            return false;
        }
    }

    private synchronized Optional<X509Certificate> certificate(String text) {
        if (known.size() >= MOST_CERTIFICATES) {
            known.clear();
        }
        return known.computeIfAbsent(text, this::read);
    }

    private Optional<X509Certificate> read(String text) {
        try {
            byte[] der = Base64.getDecoder().decode(text.getBytes(US_ASCII));
            X509Certificate certificate = (X509Certificate)
                    CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der));
            List<String> purposes = certificate.getExtendedKeyUsage();
            return purposes != null
                            && purposes.contains(SERVER_AUTH)
                            && certificate.getBasicConstraints() < 0
                            && roots.stream().anyMatch(root -> isSignedBy(certificate, root))
                    ? Optional.of(certificate)
                    : Optional.empty();
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static boolean isSignedBy(X509Certificate certificate, PublicKey root) {
        try {
            certificate.verify(root);
            return true;
        } catch (GeneralSecurityException e) {
            return false;
        }
    }
}
