package dev.kekkai.attestation.ek;

import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads the certificates of one file: one in DER, or any number in PEM (RFC 7468), with whatever text between them. */
final class CertificateFile {
    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN ([A-Z0-9 ]{1,40})-----([A-Za-z0-9+/=\\s]*)-----END \\1-----");
    private static final byte DER_SEQUENCE = 0x30;

    private CertificateFile() {}

    /** @throws CertificateException with what is wrong, if there is none, or anything else than certificates */
    static List<X509Certificate> parse(byte[] bytes) throws CertificateException {
        if (bytes.length > 0 && bytes[0] == DER_SEQUENCE) {
            return List.of(X509.parse(bytes));
        }
        List<X509Certificate> certificates = new ArrayList<>();
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        Matcher block = BLOCK.matcher(text);
        while (block.find()) {
            if (!block.group(1).equals("CERTIFICATE")) {
                throw new CertificateException("it holds a " + block.group(1));
            }
            certificates.add(X509.parse(decode(block.group(2))));
        }
        if (certificates.isEmpty() || certificates.size() != occurrences(text)) {
            throw new CertificateException("it holds no certificate, or one that is not whole");
        }
        return certificates;
    }

    private static byte[] decode(String base64) throws CertificateException {
        try {
            return Base64.getDecoder().decode(base64.replaceAll("\\s", ""));
        } catch (IllegalArgumentException e) {
            throw new CertificateException("a certificate is not in base64", e);
        }
    }

    private static int occurrences(String text) {
        return text.split("-----BEGIN ", -1).length - 1;
    }
}
