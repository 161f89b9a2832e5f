package dev.kekkai.agent;

import dev.kekkai.tpm.structure.HashAlg;
import java.io.ByteArrayInputStream;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.util.ArrayList;
import java.util.List;

/** The TLS key of one start of the agent: P-256, in memory, gone with the process. Gateways issue the node certificate for it. */
final class NodeKey {
    private final KeyPair pair;
    private final X509Certificate selfSigned;

    private NodeKey(KeyPair pair, X509Certificate selfSigned) {
        this.pair = pair;
        this.selfSigned = selfSigned;
    }

    static NodeKey generate() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            KeyPair pair = generator.generateKeyPair();
            return new NodeKey(pair, parse(SelfSigned.of(pair)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform of ours makes P-256 keys", e);
        }
    }

    PrivateKey privateKey() {
        return pair.getPrivate();
    }

    /** DER. */
    byte[] spki() {
        return pair.getPublic().getEncoded();
    }

    /** SHA-256 of the SubjectPublicKeyInfo, as Init names it. */
    byte[] spkiDigest() {
        return HashAlg.SHA256.digest(spki());
    }

    /** For the attest port, where only the key counts. */
    X509Certificate selfSigned() {
        return selfSigned;
    }

    /**
     * Reads the certificates that were granted.
     *
     * @throws GeneralSecurityException if they cannot be read, or the first one is not for this key
     */
    List<X509Certificate> granted(List<byte[]> der) throws GeneralSecurityException {
        List<X509Certificate> chain = new ArrayList<>();
        for (byte[] each : der) {
            chain.add(parse(each));
        }
        if (chain.isEmpty() || !chain.getFirst().getPublicKey().equals(pair.getPublic())) {
            throw new GeneralSecurityException("the certificate is for another key than this agent's");
        }
        return List.copyOf(chain);
    }

    static X509Certificate parse(byte[] der) throws GeneralSecurityException {
        return (X509Certificate)
                CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der));
    }
}
