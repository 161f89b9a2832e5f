package dev.kekkai.attestation.ek;

import dev.kekkai.attestation.verdict.Reason;
import dev.kekkai.attestation.verdict.Refusal;
import dev.kekkai.attestation.verdict.TrustClass;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The CAs whose word counts for an EK. Chains are built and validated by the JDK's PKIX (RFC 5280 §6), from the folder's intermediates and
 * those that the node sends along, up to a root in the folder.
 *
 * <p><b>SHA-1.</b> A certificate that lies in the folder is trusted for its bytes, so whatever hash it was signed with is fine. What a node
 * sends is not: there, SHA-1 counts only on the EK certificate, and only if its issuer is named in {@code sha1Issuers}.
 *
 * <p><b>Revocation</b> is not checked: most makers' lists cannot be reached from where gateways stand, and an outage must not lock nodes out.
 * To withdraw trust, remove the CA's certificate, or evict the node: an enrolled EK counts only as long as it is enrolled.
 */
public final class EkAuthorities {
    /** Most intermediates that are taken from a node. */
    public static final int MAX_PRESENTED = 4;

    private final Set<X509Certificate> folder;
    private final Map<PublicKey, TrustClass> worth;
    private final Set<String> sha1Issuers;

    private EkAuthorities(Set<X509Certificate> folder, Map<PublicKey, TrustClass> worth, Set<String> sha1Issuers) {
        this.folder = Set.copyOf(folder);
        this.worth = Map.copyOf(worth);
        this.sha1Issuers = Set.copyOf(sha1Issuers);
    }

    /**
     * Takes what {@link CaFolder} read.
     *
     * @param hardware roots and intermediates of makers of chips
     * @param virtual roots and intermediates of vTPMs
     * @param sha1Issuers SHA-256 fingerprints (lower-case hex) of CAs in the folder whose EK certificates may be signed with SHA-1; each
     *     of them can be made to sign one thing and be quoted with another by whoever finds a collision
     * @throws CaFolderException if a certificate is both, an intermediate's issuer is missing, or an issuer that is named is not there
     */
    public static EkAuthorities of(
            List<X509Certificate> hardware, List<X509Certificate> virtual, Set<String> sha1Issuers)
            throws CaFolderException {
        Map<PublicKey, TrustClass> worth = new HashMap<>();
        hardware.forEach(certificate -> worth.put(certificate.getPublicKey(), TrustClass.HARDWARE));
        for (X509Certificate certificate : virtual) {
            if (worth.put(certificate.getPublicKey(), TrustClass.VIRTUAL) == TrustClass.HARDWARE) {
                throw new CaFolderException(named(certificate)
                        + ", or another of the same key, is listed for hardware and for vTPMs:" + " decide on one");
            }
        }
        Set<X509Certificate> folder = new LinkedHashSet<>(hardware);
        folder.addAll(virtual);
        for (X509Certificate certificate : folder) {
            if (!X509.selfIssued(certificate) && folder.stream().noneMatch(issuer -> issued(issuer, certificate))) {
                throw new CaFolderException(named(certificate) + " was issued by "
                        + X509.shown(certificate.getIssuerX500Principal().getName())
                        + ", which is not in the folder: add that CA's certificate, up to the root");
            }
        }
        Set<String> known = folder.stream().map(X509::fingerprint).collect(Collectors.toSet());
        for (String issuer : sha1Issuers) {
            if (!known.contains(issuer)) {
                throw new CaFolderException(
                        "SHA-1 is allowed for the CA with fingerprint " + X509.shown(issuer)
                                + ", which is not in the folder: it is the lower-case SHA-256 of the certificate, without colons");
            }
        }
        return new EkAuthorities(folder, worth, sha1Issuers);
    }

    /**
     * How much a CA's word makes an EK worth: a chain is as good as the least of the folder's CAs in it, so that a vTPM's intermediate under
     * a maker's root stays one. A CA is known by its key: another certificate for the same key makes it nothing better.
     *
     * @param chain as the node sent it: the EK certificate, DER, then at most {@value #MAX_PRESENTED} intermediates
     * @param now validity is judged at this moment
     * @throws Refusal if the certificate is not this EK's, or no chain leads to a root
     */
    public TrustClass judge(EndorsementKey ek, List<byte[]> chain, Instant now) throws Refusal {
        if (chain.isEmpty()) {
            throw new Refusal(
                    Reason.EK_CERTIFICATE,
                    "the node has no EK certificate: enrol its EK by fingerprint, or lower what the policy demands");
        }
        EkCertificate leaf = EkCertificate.parse(chain.getFirst(), ek);
        List<X509Certificate> whole = new EkChain(folder, sha1Issuers).build(leaf.certificate(), presented(chain), now);
        return whole.stream()
                .map(certificate -> worth.get(certificate.getPublicKey()))
                .filter(Objects::nonNull)
                .min(Comparator.naturalOrder())
                .orElseThrow(() -> new IllegalStateException("a chain ends at a root of the folder"));
    }

    private static List<X509Certificate> presented(List<byte[]> chain) throws Refusal {
        if (chain.size() > 1 + MAX_PRESENTED) {
            throw new Refusal(Reason.EK_CHAIN, "the node sends more than " + MAX_PRESENTED + " intermediates");
        }
        List<X509Certificate> presented = new ArrayList<>();
        for (byte[] der : chain.subList(1, chain.size())) {
            try {
                presented.add(X509.parse(der));
            } catch (CertificateException e) {
                throw new Refusal(
                        Reason.EK_CHAIN, "an intermediate that the node sends cannot be read as X.509 in DER");
            }
        }
        return presented;
    }

    private static boolean issued(X509Certificate issuer, X509Certificate certificate) {
        if (!issuer.getSubjectX500Principal().equals(certificate.getIssuerX500Principal())) {
            return false;
        }
        try {
            certificate.verify(issuer.getPublicKey());
            return true;
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    private static String named(X509Certificate certificate) {
        return "the CA certificate of "
                + X509.shown(certificate.getSubjectX500Principal().getName());
    }
}
