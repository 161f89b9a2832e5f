package dev.kekkai.attestation.ek;

import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What an EK certificate says of its TPM: a directory name in the subject alternative name (TCG EK Credential Profile §3.2.9), often with an
 * empty subject, and then critical. Printable ASCII, bounded.
 *
 * @param manufacturer {@code id:} and the vendor's four bytes in hex (TCG Vendor ID Registry), 2.23.133.2.1
 * @param model 2.23.133.2.2, or empty
 * @param version of the firmware at the time it was made, {@code id:} and hex, 2.23.133.2.3, or empty
 */
public record TpmMaker(String manufacturer, String model, String version) {
    private static final int DIRECTORY_NAME = 4;

    /** Empty if the certificate names no manufacturer. */
    static Optional<TpmMaker> of(X509Certificate certificate) throws CertificateParsingException {
        Collection<List<?>> names = certificate.getSubjectAlternativeNames();
        if (names == null) {
            return Optional.empty();
        }
        return names.stream()
                .filter(name -> name.getFirst().equals(DIRECTORY_NAME))
                .map(name -> (String) name.get(1))
                .filter(name -> attribute(name, 1).isPresent())
                .findFirst()
                .map(name -> new TpmMaker(
                        attribute(name, 1).orElse(""),
                        attribute(name, 2).orElse(""),
                        attribute(name, 3).orElse("")));
    }

    /** The JDK prints attributes that it does not know as {@code oid=#hex of the DER value} (RFC 2253 §2.4). */
    private static Optional<String> attribute(String directoryName, int last) {
        Matcher found = Pattern.compile("(?:^|[,+] ?)2\\.23\\.133\\.2\\." + last + "=#([0-9a-fA-F]{6,512})(?=$|[,+])")
                .matcher(directoryName);
        if (!found.find() || found.group(1).length() % 2 != 0) {
            return Optional.empty();
        }
        byte[] der = HexFormat.of().parseHex(found.group(1));
        boolean shortString = der[1] >= 0 && der[1] == der.length - 2;
        return shortString
                ? Optional.of(X509.shown(new String(der, 2, der.length - 2, StandardCharsets.UTF_8)))
                : Optional.empty();
    }
}
