package dev.kekkai.testing.agent;

import dev.kekkai.attestation.AttestationKey;
import dev.kekkai.attestation.ek.EkFingerprint;
import dev.kekkai.testing.attestation.CertificateMaker;
import dev.kekkai.testing.dek.MemoryDekService;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** What the gateways of one fleet share: both CAs, the keyring, who is enrolled. */
public final class SmallFleet {
    private static final String ECDSA = "SHA256withECDSA";

    /** The keyring of the one tenant. */
    public final MemoryDekService dek = new MemoryDekService();

    /** Serial of an authority chain that nobody keeps. */
    public final AtomicLong serial = new AtomicLong(1);

    public final AtomicInteger attestations = new AtomicInteger();
    public final AtomicInteger renewals = new AtomicInteger();

    /** How long a node certificate lives. */
    public volatile Duration life = Duration.ofMinutes(10);

    /** Whether every EK counts as enrolled. */
    public volatile boolean enrolsEverybody = true;

    /** The reason with which every node is refused by now, empty if none is. */
    public volatile String evicted = "";

    /** Whether every attestation and renewal comes too late by now. */
    public volatile boolean overwhelmed;

    /** Told to agents, if there are any. */
    public volatile List<X509Certificate> toldRoots = List.of();

    final UUID node = UUID.randomUUID();
    final UUID tenant = UUID.randomUUID();
    final Set<EkFingerprint> enrolled = ConcurrentHashMap.newKeySet();
    final Map<EkFingerprint, AttestationKey> pinned = new ConcurrentHashMap<>();
    final List<String> claimedHosts = new CopyOnWriteArrayList<>();
    private final KeyPair clientCaKey = key();
    private final X509Certificate clientCa;
    private volatile Root root;

    /** A root for servers with its key. */
    public record Root(KeyPair key, X509Certificate certificate) {}

    public SmallFleet() throws GeneralSecurityException {
        clientCa = CertificateMaker.ca("nodes of the small fleet")
                .signedWith(ECDSA)
                .selfSigned(clientCaKey);
        root = newRoot("first root of the small fleet");
    }

    public static Root newRoot(String name) throws GeneralSecurityException {
        KeyPair key = key();
        return new Root(key, CertificateMaker.ca(name).signedWith(ECDSA).selfSigned(key));
    }

    /** One root's word for another. */
    public static X509Certificate cross(Root by, Root other) throws GeneralSecurityException {
        String name = other.certificate().getSubjectX500Principal().getName().substring("CN=".length());
        return CertificateMaker.ca(name)
                .signedWith(ECDSA)
                .issued(other.certificate().getPublicKey(), by.certificate(), by.key());
    }

    /** The root that gateways' certificates come from. */
    public Root root() {
        return root;
    }

    /** Gateways that are started from now on have certificates of this one. */
    public void exchangeRoot(Root other) {
        root = other;
    }

    public void enroll(EkFingerprint ek) {
        enrolled.add(ek);
    }

    /** What the nodes called themselves. */
    public List<String> claimedHosts() {
        return claimedHosts;
    }

    X509Certificate clientCa() {
        return clientCa;
    }

    /** With the host's name; {@code from} and {@code until} are generalized times. */
    X509Certificate server(PublicKey key, String host, String from, String until) throws GeneralSecurityException {
        return CertificateMaker.certificate()
                .subject("a gateway")
                .notCa()
                .keyUsage(0x80)
                .purpose("1.3.6.1.5.5.7.3.1")
                .host(host)
                .from(from)
                .until(until)
                .signedWith(ECDSA)
                .issued(key, root.certificate(), root.key());
    }

    X509Certificate node(PublicKey key) throws GeneralSecurityException {
        return CertificateMaker.certificate()
                .subject("node " + UUID.randomUUID())
                .notCa()
                .keyUsage(0x80)
                .purpose("1.3.6.1.5.5.7.3.2")
                .signedWith(ECDSA)
                .issued(key, clientCa, clientCaKey);
    }

    public static KeyPair key() throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        return generator.generateKeyPair();
    }

    public static String pem(X509Certificate certificate) throws GeneralSecurityException {
        return "-----BEGIN CERTIFICATE-----\n"
                + Base64.getMimeEncoder().encodeToString(certificate.getEncoded())
                + "\n-----END CERTIFICATE-----\n";
    }
}
