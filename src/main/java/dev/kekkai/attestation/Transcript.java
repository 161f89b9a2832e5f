package dev.kekkai.attestation;

import dev.kekkai.secret.Secret;
import dev.kekkai.tpm.structure.HashAlg;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * What both sides saw: the two messages before the quote, as they came over the wire, and the TLS channel that carried them. Prover and
 * verifier compute it, each from its own end; a quote over it is worth nothing anywhere else.
 *
 * @param elements SHA-256(Init), SHA-256(Challenge), the TLS exporter's output, SHA-256(client's SPKI), SHA-256(server's certificate)
 */
public record Transcript(List<byte[]> elements) {
    /** Label for {@code ExtendedSSLSession.exportKeyingMaterialData} (RFC 8446 §7.5), without a context. */
    public static final String EXPORTER_LABEL = "EXPORTER-kekkai-attest-1";

    /** What is taken from the exporter, in bytes. */
    public static final int EXPORTER_LENGTH = 32;

    private static final String ATTEST = "kekkai/attest/1";
    private static final String RENEW = "kekkai/renew/1";
    private static final String HMAC = "HmacSHA256";

    public Transcript {
        elements = List.copyOf(elements);
    }

    /**
     * Takes both messages and the channel.
     *
     * @param init the first message, the bytes as sent or received
     * @param challenge the second message, likewise
     * @param exporter {@value #EXPORTER_LENGTH} bytes
     * @param clientSpki SubjectPublicKeyInfo of the client's TLS key, DER
     * @param serverCertificate the server's own certificate, DER
     * @throws IllegalArgumentException if the exporter's output has another length
     */
    public static Transcript of(
            byte[] init, byte[] challenge, byte[] exporter, byte[] clientSpki, byte[] serverCertificate) {
        if (exporter.length != EXPORTER_LENGTH) {
            throw new IllegalArgumentException(
                    "the exporter gives " + EXPORTER_LENGTH + " bytes, not " + exporter.length);
        }
        return new Transcript(List.of(
                sha256(init), sha256(challenge), exporter.clone(), sha256(clientSpki), sha256(serverCertificate)));
    }

    /**
     * Qualifying data of a full attestation: {@code HMAC-SHA-256(S, LP("kekkai/attest/1", elements…))}, 32 bytes.
     *
     * @param secret S, which only the challenged TPM could give back
     */
    public byte[] attestation(Secret secret) {
        return secret.lend(key -> {
            try {
                Mac mac = Mac.getInstance(HMAC);
                mac.init(new SecretKeySpec(key, HMAC));
                return mac.doFinal(lengthPrefixed(ATTEST));
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("every Java platform of ours has " + HMAC, e);
            }
        });
    }

    /**
     * Qualifying data of a renewal, in which no TPM opens anything: {@code SHA-256(LP("kekkai/renew/1", elements…))}, 32 bytes. The pinned AK
     * answers for the TPM, and the nonce in the challenge for freshness.
     */
    public byte[] renewal() {
        return sha256(lengthPrefixed(RENEW));
    }

    /** Each element with its length before it, u32, so that no two lists of elements give the same bytes. */
    private byte[] lengthPrefixed(String domain) {
        byte[] first = domain.getBytes(StandardCharsets.US_ASCII);
        int length = Integer.BYTES + first.length;
        for (byte[] element : elements) {
            length += Integer.BYTES + element.length;
        }
        ByteBuffer out = ByteBuffer.allocate(length).putInt(first.length).put(first);
        elements.forEach(element -> out.putInt(element.length).put(element));
        return out.array();
    }

    private static byte[] sha256(byte[] bytes) {
        return HashAlg.SHA256.digest(bytes);
    }
}
