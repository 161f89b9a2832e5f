package dev.kekkai.attestation.ek;

import dev.kekkai.tpm.structure.HashAlg;
import java.io.ByteArrayInputStream;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.HexFormat;

/** Reads single certificates, bounded and exact. */
final class X509 {
    /** The longest that is read, in bytes. EK certificates have some 800 to 2,500. */
    static final int MAX_BYTES = 16_384;

    private X509() {}

    /** @throws CertificateException if it is not exactly one certificate */
    static X509Certificate parse(byte[] der) throws CertificateException {
        if (der.length > MAX_BYTES) {
            throw new CertificateException("no certificate of more than " + MAX_BYTES + " bytes is read");
        }
        X509Certificate certificate = (X509Certificate)
                CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der));
        if (certificate == null || !Arrays.equals(certificate.getEncoded(), der)) {
            throw new CertificateException("it is not one certificate in DER and nothing else");
        }
        return certificate;
    }

    /**
     * Cuts off what fills up an NV index behind a certificate: zeros, or ones, as makers leave them.
     *
     * @return the bytes as they are if they do not begin as a certificate does
     */
    static byte[] withoutPadding(byte[] bytes) {
        int length = bytes.length > 4 && bytes[0] == 0x30 && (bytes[1] & 0xFF) == 0x82
                ? 4 + ((bytes[2] & 0xFF) << 8 | bytes[3] & 0xFF)
                : bytes.length;
        for (int i = length + 1; i < bytes.length; i++) {
            if (bytes[i] != bytes[length]) {
                return bytes;
            }
        }
        boolean padded = length < bytes.length && (bytes[length] == 0 || bytes[length] == (byte) 0xFF);
        return padded ? Arrays.copyOf(bytes, length) : bytes;
    }

    /** SHA-256 over the DER, lower-case hex: what {@code openssl x509 -fingerprint -sha256} prints, without colons. */
    static String fingerprint(X509Certificate certificate) {
        try {
            return HexFormat.of().formatHex(HashAlg.SHA256.digest(certificate.getEncoded()));
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException("a certificate that was parsed can be encoded", e);
        }
    }

    static boolean selfIssued(X509Certificate certificate) {
        return certificate.getSubjectX500Principal().equals(certificate.getIssuerX500Principal());
    }

    /** A name from a certificate, fit to be shown: printable ASCII, bounded. */
    static String shown(String name) {
        String printable = name.replaceAll("[^\\x20-\\x7E]", "?");
        return printable.length() <= 200 ? printable : printable.substring(0, 200) + "...";
    }
}
