package dev.kekkai.agent;

import dev.kekkai.tpm.structure.HashAlg;
import java.security.GeneralSecurityException;
import java.security.InvalidAlgorithmParameterException;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertPath;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Date;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import javax.net.ssl.X509TrustManager;

/**
 * Whose word about a gateway's key counts: the roots of the file, until a gateway that was verified tells others that one of them has signed for.
 * What was told replaces the file's, and is forgotten with the process.
 *
 * <p>Not an {@code X509ExtendedTrustManager} on purpose: for a plain one JSSE itself compares the certificate with the gateway's name.
 */
final class ServerRoots implements X509TrustManager {
    private static final int MOST = 16;
    private static final String SERVER_AUTH = "1.3.6.1.5.5.7.3.1";

    private final NodeClock clock;
    private volatile List<X509Certificate> roots;

    /** @param pinned from the file, at least one */
    ServerRoots(List<X509Certificate> pinned, NodeClock clock) {
        this.roots = List.copyOf(pinned);
        this.clock = clock;
    }

    /**
     * Trusts these from now on, and no others, if those that are trusted already vouch for them. An empty list changes nothing.
     *
     * @param der roots, and cross certificates for those that are new
     * @param server what the gateway that tells them showed
     * @throws GeneralSecurityException if they cannot be read, or are not vouched for; then nothing has changed
     */
    synchronized boolean replace(List<byte[]> der, X509Certificate server) throws GeneralSecurityException {
        if (der.isEmpty()) {
            return false;
        }
        if (der.size() > MOST) {
            throw new GeneralSecurityException("they are more than " + MOST);
        }
        List<X509Certificate> told = ToldRoots.of(der).vouchedBy(roots, server);
        boolean different = !keys(told).equals(keys(roots));
        roots = told;
        return different;
    }

    /** SHA-256 of their public keys, hex: a root may be signed anew by itself, and is the same root. */
    Set<String> fingerprints() {
        return keys(roots);
    }

    private static Set<String> keys(List<X509Certificate> of) {
        return of.stream()
                .map(root -> HexFormat.of()
                        .formatHex(HashAlg.SHA256.digest(root.getPublicKey().getEncoded())))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        X509Certificate server = chain[0];
        if (server.getExtendedKeyUsage() == null
                || !server.getExtendedKeyUsage().contains(SERVER_AUTH)
                || server.getBasicConstraints() >= 0) {
            throw new CertificateException("the gateway's certificate is not one for a server");
        }
        Instant at = clock.judging(server);
        try {
            CertPathValidator.getInstance("PKIX").validate(path(chain), parameters(at));
        } catch (CertPathValidatorException e) {
            throw new CertificateException(
                    "the gateway's certificate does not come from any of the pinned roots (agent.roots-file): "
                            + e.getMessage(),
                    e);
        } catch (InvalidAlgorithmParameterException | NoSuchAlgorithmException e) {
            throw new CertificateException(e);
        }
        clock.seen(server);
    }

    /** Without the root, where the gateway sends it along. */
    private CertPath path(X509Certificate[] chain) throws CertificateException {
        List<X509Certificate> below = List.of(chain);
        if (below.size() > 1 && keys(roots).containsAll(keys(List.of(below.getLast())))) {
            below = below.subList(0, below.size() - 1);
        }
        return CertificateFactory.getInstance("X.509").generateCertPath(below);
    }

    /** No revocation: a gateway's certificate lives for days, and what is not to be trusted any more is a root. */
    private PKIXParameters parameters(Instant at) throws InvalidAlgorithmParameterException {
        PKIXParameters parameters = new PKIXParameters(
                roots.stream().map(root -> new TrustAnchor(root, null)).collect(Collectors.toSet()));
        parameters.setRevocationEnabled(false);
        parameters.setDate(Date.from(at));
        return parameters;
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        throw new CertificateException("an agent is nobody's server");
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return roots.toArray(X509Certificate[]::new);
    }
}
