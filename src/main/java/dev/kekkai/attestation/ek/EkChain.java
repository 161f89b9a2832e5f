package dev.kekkai.attestation.ek;

import dev.kekkai.attestation.verdict.Reason;
import dev.kekkai.attestation.verdict.Refusal;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.cert.CertPathBuilder;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertStore;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.PKIXCertPathBuilderResult;
import java.security.cert.TrustAnchor;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Collection;
import java.util.Date;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Builds a chain by the JDK's PKIX, and then judges its algorithms by rules of ours.
 *
 * @param folder certificates that are trusted for their bytes: roots are anchors, the others help to reach one
 * @param sha1Issuers fingerprints of CAs whose EK certificates may be signed with SHA-1
 */
record EkChain(Set<X509Certificate> folder, Set<String> sha1Issuers) {
    /** Most intermediates in a chain. */
    private static final int MAX_INTERMEDIATES = 4;

    /**
     * @param presented intermediates from wherever
     * @return from the leaf to the root, which is one of the folder's
     * @throws Refusal with {@link Reason#EK_CHAIN}
     */
    List<X509Certificate> build(X509Certificate leaf, Collection<X509Certificate> presented, Instant now)
            throws Refusal {
        PKIXCertPathBuilderResult path = path(leaf, presented, now);
        List<X509Certificate> chain = Stream.concat(
                        path.getCertPath().getCertificates().stream().map(X509Certificate.class::cast),
                        Stream.of(path.getTrustAnchor().getTrustedCert()))
                .toList();
        checkAlgorithms(chain);
        return chain;
    }

    private PKIXCertPathBuilderResult path(X509Certificate leaf, Collection<X509Certificate> presented, Instant now)
            throws Refusal {
        try {
            X509CertSelector target = new X509CertSelector();
            target.setCertificate(leaf);
            PKIXBuilderParameters parameters = new PKIXBuilderParameters(
                    folder.stream()
                            .filter(X509::selfIssued)
                            .map(root -> new TrustAnchor(root, null))
                            .collect(Collectors.toSet()),
                    target);
            parameters.addCertStore(
                    CertStore.getInstance("Collection", new CollectionCertStoreParameters(intermediates(presented))));
            parameters.setRevocationEnabled(false);
            parameters.setMaxPathLength(MAX_INTERMEDIATES);
            parameters.setDate(Date.from(now));
            return (PKIXCertPathBuilderResult)
                    CertPathBuilder.getInstance("PKIX").build(parameters);
        } catch (CertPathBuilderException e) {
            throw new Refusal(
                    Reason.EK_CHAIN,
                    "no chain leads from the EK certificate, issued by "
                            + X509.shown(leaf.getIssuerX500Principal().getName()) + " and valid until "
                            + leaf.getNotAfter().toInstant()
                            + ", to a CA in the folder: add that CA and its root, if you trust it");
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has PKIX", e);
        }
    }

    private void checkAlgorithms(List<X509Certificate> chain) throws Refusal {
        for (int i = 0; i < chain.size(); i++) {
            if (i + 1 < chain.size()) {
                checkSignature(chain.get(i), chain.get(i + 1), i == 0);
            }
            checkKey(chain.get(i).getPublicKey());
        }
    }

    private void checkSignature(X509Certificate certificate, X509Certificate issuer, boolean leaf) throws Refusal {
        boolean allowed = folder.contains(certificate)
                || AlgorithmRules.signedStrongly(certificate)
                || leaf && AlgorithmRules.signedWithSha1(certificate) && sha1Issuers.contains(X509.fingerprint(issuer));
        if (!allowed) {
            throw new Refusal(
                    Reason.EK_CHAIN,
                    "a certificate that the node sends is signed with "
                            + X509.shown(certificate.getSigAlgName())
                            + ": put an intermediate into the folder; for an EK certificate, allow SHA-1 for its issuer, fingerprint "
                            + X509.fingerprint(issuer));
        }
    }

    private static void checkKey(PublicKey key) throws Refusal {
        if (!AlgorithmRules.hasStrongKey(key)) {
            throw new Refusal(
                    Reason.EK_CHAIN,
                    "a key in the EK's chain is neither RSA of 2,048 bits or more nor ECC of 256 or more");
        }
    }

    private List<X509Certificate> intermediates(Collection<X509Certificate> presented) {
        return Stream.concat(presented.stream(), folder.stream())
                .filter(certificate -> !X509.selfIssued(certificate))
                .toList();
    }
}
