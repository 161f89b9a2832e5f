package dev.kekkai.identity;

import dev.kekkai.custody.CustodyException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;

/** Certificates for nodes: of minutes, so that none has to be revoked, and for the TLS key of the connection that attested. */
public final class NodeCertificates {
    /** How long one may be used. */
    public static final Duration LIFETIME = Duration.ofMinutes(10);
    /** How far apart the clocks of gateways may be. */
    public static final Duration BACKDATED = Duration.ofMinutes(5);

    private final CertificateAuthority authority;
    private final InstantSource clock;

    public NodeCertificates(CertificateAuthority authority, InstantSource clock) {
        this.authority = authority;
        this.clock = clock;
    }

    /** The CA that signs them. */
    public CertificateAuthority authority() {
        return authority;
    }

    /** Issues one as of now. */
    public List<X509Certificate> issue(NodeName name, byte[] spki) throws CustodyException {
        return issue(name, spki, clock.instant().truncatedTo(ChronoUnit.SECONDS));
    }

    /**
     * Issues one. Blocks on the HSM.
     *
     * @param spki SubjectPublicKeyInfo of the node's TLS key
     * @param issued as of when, in whole seconds
     * @return the certificate, then its issuer's
     */
    public List<X509Certificate> issue(NodeName name, byte[] spki, Instant issued) throws CustodyException {
        return issue(name, spki, issued, new Extension[0]);
    }

    /**
     * The same, and says by which policy the node was judged, for {@link PolicyMark#in}.
     *
     * @param policy hex of SHA-256 of its canonical bytes
     */
    public List<X509Certificate> issue(NodeName name, byte[] spki, Instant issued, String policy)
            throws CustodyException {
        return issue(name, spki, issued, PolicyMark.extension(policy));
    }

    private List<X509Certificate> issue(NodeName name, byte[] spki, Instant issued, Extension... more)
            throws CustodyException {
        X509Certificate certificate = authority.issue(
                spki,
                "",
                new GeneralNames(new GeneralName(GeneralName.uniformResourceIdentifier, name.uri())),
                KeyPurposeId.id_kp_clientAuth,
                issued.minus(BACKDATED),
                issued.plus(LIFETIME),
                more);
        return List.of(certificate, authority.certificate());
    }
}
