package dev.kekkai.gateway;

import dev.kekkai.attestation.Transcript;
import dev.kekkai.id.SourceBlock;
import dev.kekkai.identity.NodeCertificates;
import dev.kekkai.identity.NodeName;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSession;

/**
 * Who is at the other end of a TLS connection, and what binds a quote to it.
 *
 * @param certificate the client's own
 * @param tlsKey hex of SHA-256 of its SubjectPublicKeyInfo
 * @param exporter of this connection, for {@link Transcript#EXPORTER_LABEL}
 * @param serverCertificate the one that this connection was made with, DER
 * @param source the address that it came from, without the port
 * @param connected on the scale of {@link System#nanoTime}
 * @param leftThen how long the certificate was still good for when the connection was made, by the clock of then
 */
record Peer(
        X509Certificate certificate,
        String tlsKey,
        byte[] exporter,
        byte[] serverCertificate,
        String source,
        long connected,
        Duration leftThen) {
    /**
     * Takes it from a connection whose handshake is done.
     *
     * @throws SSLException if the connection lacks what every one of ours has: TLS 1.3, and certificates on both sides
     */
    static Peer of(SSLSession session, SocketAddress remote, InstantSource clock) throws SSLException {
        if (!(session instanceof ExtendedSSLSession channel)
                || !session.getProtocol().equals("TLSv1.3")) {
            throw new SSLException("not a TLS 1.3 connection");
        }
        if (!(channel.getPeerCertificates()[0] instanceof X509Certificate certificate)
                || channel.getLocalCertificates() == null) {
            throw new SSLException("a certificate is missing");
        }
        try {
            return new Peer(
                    certificate,
                    HexFormat.of().formatHex(sha256(certificate.getPublicKey().getEncoded())),
                    channel.exportKeyingMaterialData(Transcript.EXPORTER_LABEL, null, Transcript.EXPORTER_LENGTH),
                    channel.getLocalCertificates()[0].getEncoded(),
                    remote instanceof InetSocketAddress inet
                            ? inet.getAddress().getHostAddress()
                            : String.valueOf(remote),
                    System.nanoTime(),
                    Duration.between(clock.instant(), certificate.getNotAfter().toInstant()));
        } catch (CertificateEncodingException e) {
            throw new SSLException("a certificate cannot be encoded", e);
        }
    }

    /** Whom that address is counted as. */
    SourceBlock block() {
        return SourceBlock.of(source);
    }

    /** SubjectPublicKeyInfo of the client's key. */
    byte[] spki() {
        return certificate.getPublicKey().getEncoded();
    }

    /** SHA-256 of it. */
    byte[] spkiHash() {
        return sha256(spki());
    }

    /** What this is counted under on the service port: the node that the certificate names, wherever it connects from. */
    String node() {
        return NodeName.of(certificate).map(name -> "node:" + name.node()).orElse(source);
    }

    /** When a node certificate of ours was issued, to the second. */
    Instant issued() {
        return certificate.getNotBefore().toInstant().plus(NodeCertificates.BACKDATED);
    }

    /** Whether the certificate's time is over as this connection counts it, whatever has been done to the clock since. */
    boolean outlived() {
        return System.nanoTime() - connected >= leftThen.toNanos();
    }

    /** Whether it was over already when the connection was made, by the clock of then. */
    boolean cameOutlived() {
        return !leftThen.isPositive();
    }

    private static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
