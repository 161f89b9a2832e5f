package dev.kekkai.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kekkai.identity.ServerIdentity;
import dev.kekkai.testing.agent.SmallFleet;
import dev.kekkai.testing.attestation.CertificateMaker;
import dev.kekkai.testing.gateway.TestGateway;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a gateway may tell about roots, and what the thief of its TLS key may not. */
class ToldRootsTest {
    private static final String ECDSA = "SHA256withECDSA";

    private final KeyPair gatewayKey = SmallFleet.key();
    private final SmallFleet.Root pinned = SmallFleet.newRoot("pinned");
    private final SmallFleet.Root next = SmallFleet.newRoot("next");
    private X509Certificate server;
    private ServerRoots roots;

    ToldRootsTest() throws Exception {}

    @BeforeEach
    void one_root_is_pinned() throws Exception {
        server = CertificateMaker.certificate()
                .subject("gateway")
                .notCa()
                .keyUsage(0x80)
                .signedWith(ECDSA)
                .issued(gatewayKey.getPublic(), pinned.certificate(), pinned.key());
        roots = pinning(pinned.certificate());
    }

    @Test
    void what_gateways_tell_takes_an_agent_from_root_to_root() throws Exception {
        var keys = TestGateway.memoryKeys();
        var first = dev.kekkai.identity.ServerRoots.open(keys, 1, new SecureRandom());
        var second = dev.kekkai.identity.ServerRoots.open(keys, 2, new SecureRandom());
        ServerRoots agents = pinning(first.active().certificate());

        assertThat(agents.replace(der(first.told()), shown(first))).isTrue();
        assertThat(agents.getAcceptedIssuers()).containsExactlyElementsOf(first.certificates());
        assertThat(agents.replace(der(second.told()), shown(second))).isTrue();
        assertThat(agents.getAcceptedIssuers()).containsExactlyElementsOf(second.certificates());
        assertThatThrownBy(() -> agents.replace(der(first.told()), shown(first)))
                .as("back to one that is trusted no more")
                .hasMessageContaining("no root that is trusted already has signed");
    }

    @Test
    void a_new_root_needs_the_word_of_a_trusted_one() throws Exception {
        SmallFleet.Root namesake = SmallFleet.newRoot("pinned");
        refused(
                "no root that is trusted already has signed",
                pinned.certificate(),
                next.certificate(),
                SmallFleet.cross(namesake, next));
        accepted(pinned.certificate(), next.certificate(), SmallFleet.cross(pinned, next));
    }

    @Test
    void a_gateways_own_certificate_is_no_such_word() throws Exception {
        X509Certificate thiefs =
                CertificateMaker.ca("gateway").signedWith(ECDSA).selfSigned(gatewayKey);
        refused("no root that is trusted already has signed", pinned.certificate(), thiefs, server);
        SmallFleet.Root sameKey = new SmallFleet.Root(gatewayKey, thiefs);
        accepted(pinned.certificate(), thiefs, SmallFleet.cross(pinned, sameKey));
    }

    @Test
    void the_root_of_the_gateways_certificate_stays() throws Exception {
        X509Certificate cross = SmallFleet.cross(pinned, next);
        refused("the root of the gateway's own certificate is not among them", next.certificate(), cross);
        accepted(pinned.certificate(), next.certificate(), cross);
    }

    @Test
    void a_trusted_key_under_a_name_that_it_did_not_sign_is_no_root() throws Exception {
        X509Certificate renamed = CertificateMaker.ca("renamed")
                .signedWith(ECDSA)
                .issued(
                        pinned.certificate().getPublicKey(),
                        SmallFleet.newRoot("renamed").certificate(),
                        gatewayKey);
        refused("one of them is not signed by itself", pinned.certificate(), renamed);
    }

    private void refused(String why, X509Certificate... told) {
        assertThatThrownBy(() -> roots.replace(der(List.of(told)), server))
                .isInstanceOf(GeneralSecurityException.class)
                .hasMessageContaining(why);
        assertThat(roots.getAcceptedIssuers()).containsExactly(pinned.certificate());
    }

    private void accepted(X509Certificate... told) throws Exception {
        assertThat(roots.replace(der(List.of(told)), server)).isTrue();
    }

    private static ServerRoots pinning(X509Certificate root) {
        return new ServerRoots(List.of(root), new NodeClock(InstantSource.system()));
    }

    private static X509Certificate shown(dev.kekkai.identity.ServerRoots roots) throws Exception {
        return ServerIdentity.make(roots.active(), List.of("localhost"), InstantSource.system())
                .certificate();
    }

    private static List<byte[]> der(List<X509Certificate> certificates) throws Exception {
        List<byte[]> der = new ArrayList<>();
        for (X509Certificate each : certificates) {
            der.add(each.getEncoded());
        }
        return der;
    }
}
