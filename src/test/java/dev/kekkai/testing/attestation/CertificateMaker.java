package dev.kekkai.testing.attestation;

import static dev.kekkai.testing.attestation.Der.bits;
import static dev.kekkai.testing.attestation.Der.integer;
import static dev.kekkai.testing.attestation.Der.octets;
import static dev.kekkai.testing.attestation.Der.oid;
import static dev.kekkai.testing.attestation.Der.sequence;
import static dev.kekkai.testing.attestation.Der.set;
import static dev.kekkai.testing.attestation.Der.time;
import static dev.kekkai.testing.attestation.Der.tlv;
import static dev.kekkai.testing.attestation.Der.utf8;
import static dev.kekkai.testing.attestation.Der.yes;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.LinkedHashMap;
import java.util.Map;

/** Makes certificates field by field. Serial numbers come from the names, so two of one subject and issuer collide on purpose. */
public final class CertificateMaker {
    private static final Map<String, byte[]> ALGORITHMS = Map.of(
            "SHA256withRSA", sequence(oid("1.2.840.113549.1.1.11"), tlv(0x05)),
            "SHA1withRSA", sequence(oid("1.2.840.113549.1.1.5"), tlv(0x05)),
            "MD5withRSA", sequence(oid("1.2.840.113549.1.1.4"), tlv(0x05)),
            "SHA256withECDSA", sequence(oid("1.2.840.10045.4.3.2")),
            "SHA1withECDSA", sequence(oid("1.2.840.10045.4.1")));

    private final Map<String, byte[]> extensions = new LinkedHashMap<>();
    private String subject = "";
    private String notBefore = "20200101000000Z";
    private String notAfter = "99991231235959Z";
    private String algorithm = "SHA256withRSA";

    /** With an empty subject, as many EK certificates have it. */
    public static CertificateMaker certificate() {
        return new CertificateMaker();
    }

    /** What an EK certificate has: a critical subject alternative name beside an empty subject, key usage and purpose. */
    public static CertificateMaker ek(boolean rsa) {
        return certificate()
                .notCa()
                .keyUsage(rsa ? 0x20 : 0x08)
                .purpose("2.23.133.8.1")
                .tpm("id:4B4B4149", "Sealed 1", "id:0001");
    }

    /** What a CA's has. */
    public static CertificateMaker ca(String name) {
        return certificate()
                .subject(name)
                .extension("2.5.29.19", true, sequence(yes()))
                .keyUsage(0x04);
    }

    public CertificateMaker subject(String commonName) {
        subject = commonName;
        return this;
    }

    public CertificateMaker until(String generalized) {
        notAfter = generalized;
        return this;
    }

    public CertificateMaker signedWith(String signatureAlgorithm) {
        algorithm = signatureAlgorithm;
        return this;
    }

    public CertificateMaker notCa() {
        return extension("2.5.29.19", true, sequence());
    }

    /** First byte of the bit string: 0x20 keyEncipherment, 0x08 keyAgreement, 0x04 keyCertSign. */
    public CertificateMaker keyUsage(int bits) {
        return extension("2.5.29.15", true, bits(new byte[] {(byte) bits}));
    }

    public CertificateMaker purpose(String oid) {
        return extension("2.5.29.37", true, sequence(oid(oid)));
    }

    /** Manufacturer, model and version, as a directory name. */
    public CertificateMaker tpm(String manufacturer, String model, String version) {
        byte[] name = sequence(
                set(sequence(oid("2.23.133.2.1"), utf8(manufacturer))),
                set(sequence(oid("2.23.133.2.2"), utf8(model))),
                set(sequence(oid("2.23.133.2.3"), utf8(version))));
        return extension("2.5.29.17", true, sequence(tlv(0xA4, name)));
    }

    /** A subject alternative name that is a host's. */
    public CertificateMaker host(String name) {
        return extension("2.5.29.17", true, sequence(tlv(0x82, name.getBytes(StandardCharsets.US_ASCII))));
    }

    public CertificateMaker without(String oid) {
        extensions.remove(oid);
        return this;
    }

    public CertificateMaker extension(String oid, boolean critical, byte[] value) {
        extensions.put(oid, critical ? sequence(oid(oid), yes(), octets(value)) : sequence(oid(oid), octets(value)));
        return this;
    }

    /** A root. */
    public X509Certificate selfSigned(KeyPair key) throws GeneralSecurityException {
        return sign(key.getPublic(), subject, key);
    }

    /** Issued by that name and key. */
    public X509Certificate issued(PublicKey key, X509Certificate issuer, KeyPair issuerKey)
            throws GeneralSecurityException {
        String name = issuer.getSubjectX500Principal().getName();
        return sign(key, name.substring(name.indexOf('=') + 1), issuerKey);
    }

    private X509Certificate sign(PublicKey key, String issuer, KeyPair issuerKey) throws GeneralSecurityException {
        byte[] toBeSigned = sequence(
                tlv(0xA0, integer(2)),
                integer(1 + (subject + issuer).hashCode() & 0x7FFFFFFFL),
                ALGORITHMS.get(algorithm),
                name(issuer),
                sequence(time(notBefore), time(notAfter)),
                name(subject),
                key.getEncoded(),
                tlv(0xA3, sequence(extensions.values().toArray(byte[][]::new))));
        Signature signature = Signature.getInstance(algorithm);
        signature.initSign(issuerKey.getPrivate());
        signature.update(toBeSigned);
        byte[] der = sequence(toBeSigned, ALGORITHMS.get(algorithm), bits(signature.sign()));
        return (X509Certificate)
                CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der));
    }

    private static byte[] name(String commonName) {
        return commonName.isEmpty() ? sequence() : sequence(set(sequence(oid("2.5.4.3"), utf8(commonName))));
    }
}
