package dev.kekkai.identity;

import dev.kekkai.custody.CustodyException;
import dev.kekkai.custody.Signer;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.util.List;

/**
 * The roots that nodes trust in gateways. They have numbers and a key each; one is active and signs, the next is on standby, known to nodes before it
 * is needed. To exchange them is to count on: the standby is then active, and nodes learn of a new one.
 *
 * @param active signs the gateways' certificates
 * @param standby signs nothing yet
 * @param vouched the standby's key and name, signed by the active one: by it nodes that trust the active one take the standby
 */
public record ServerRoots(CertificateAuthority active, CertificateAuthority standby, X509Certificate vouched) {
    /** Where the keys are. */
    public interface Keys {
        /** The key pair with a label, made if there is none. */
        Signer signer(String label) throws CustodyException;
    }

    /** Label of the n-th root's key in the HSM. */
    public static String label(int number) {
        return "kekkai-server-ca-" + number;
    }

    /**
     * Opens both, and makes their keys if the HSM has none.
     *
     * @param number of the active one, from 1; {@code gateway.server-root}
     */
    public static ServerRoots open(Keys keys, int number, SecureRandom random) throws CustodyException {
        CertificateAuthority active = root(keys, number, random);
        CertificateAuthority standby = root(keys, number + 1, random);
        return new ServerRoots(active, standby, active.vouchFor(standby));
    }

    private static CertificateAuthority root(Keys keys, int number, SecureRandom random) throws CustodyException {
        return CertificateAuthority.of(keys.signer(label(number)), "Kekkai server root " + number, random);
    }

    /** What nodes are to trust: the active one first. */
    public List<X509Certificate> certificates() {
        return List.of(active.certificate(), standby.certificate());
    }

    /** What running nodes are told: the roots, and the active one's word for the standby. */
    public List<X509Certificate> told() {
        return List.of(active.certificate(), standby.certificate(), vouched);
    }
}
