package dev.kekkai.identity;

import java.io.IOException;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import java.util.Optional;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.x509.Extension;

/**
 * By which policy a node was judged, in its certificate: so the HSM has signed it, and each gateway reads the same, also one that has only just started.
 * The extension's value is an OCTET STRING with SHA-256 of the policy's canonical bytes; nobody else need understand it, so it is not critical.
 */
public final class PolicyMark {
    /** Under the arc of UUIDs (ITU-T X.667 §8), which needs no registration. */
    static final ASN1ObjectIdentifier OID = new ASN1ObjectIdentifier("2.25.126330774226283334297131189399314197569");

    private static final int BYTES = 32;

    private PolicyMark() {}

    /** @param digest hex of SHA-256 */
    static Extension extension(String digest) {
        try {
            return new Extension(OID, false, new DEROctetString(HexFormat.of().parseHex(digest)).getEncoded());
        } catch (IOException e) {
            throw new IllegalStateException("bytes in memory cannot fail to be written", e);
        }
    }

    /** Hex of SHA-256 of the policy; empty in a certificate that does not say. */
    public static Optional<String> in(X509Certificate certificate) {
        byte[] value = certificate.getExtensionValue(OID.getId());
        if (value == null) {
            return Optional.empty();
        }
        byte[] digest = ASN1OctetString.getInstance(
                        ASN1OctetString.getInstance(value).getOctets())
                .getOctets();
        return digest.length == BYTES ? Optional.of(HexFormat.of().formatHex(digest)) : Optional.empty();
    }
}
