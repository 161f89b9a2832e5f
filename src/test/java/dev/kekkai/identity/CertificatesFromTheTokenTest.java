package dev.kekkai.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kekkai.custody.CustodyException;
import dev.kekkai.custody.pkcs11.Pkcs11Token;
import dev.kekkai.id.NodeId;
import dev.kekkai.id.TenantId;
import dev.kekkai.testing.authority.MemorySigningKey;
import dev.kekkai.testing.softhsm.SoftHsm;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Certificates whose signatures come from SoftHSM. */
class CertificatesFromTheTokenTest {
    private static final Instant NOW = Instant.parse("2026-06-01T12:00:00Z");

    private static Pkcs11Token token;

    @BeforeAll
    static void open_a_token(@TempDir Path folder) throws Exception {
        String label = "t-" + UUID.randomUUID().toString().substring(0, 18);
        SoftHsm.create(label);
        Path pin = SoftHsm.pinFile(folder.resolve("pin"), SoftHsm.PIN);
        token = Pkcs11Token.open(
                SoftHsm.custody(label, pin, 2, true), Files.createDirectories(folder.resolve("state")));
    }

    @AfterAll
    static void close_it() {
        token.close();
    }

    @Test
    void a_node_certificate_names_tenant_and_node_and_lives_for_ten_minutes() throws Exception {
        CertificateAuthority authority = authority("kekkai-client-ca");
        NodeName name = new NodeName(TenantId.DEFAULT, new NodeId(UUID.randomUUID()));
        KeyPair pair = pair();

        List<X509Certificate> chain = new NodeCertificates(authority, () -> NOW)
                .issue(name, pair.getPublic().getEncoded());

        X509Certificate certificate = chain.getFirst();
        certificate.verify(authority.publicKey());
        chain.getLast().verify(authority.publicKey());
        assertThat(certificate.getPublicKey()).isEqualTo(pair.getPublic());
        assertThat(certificate.getNotBefore().toInstant()).isEqualTo(NOW.minusSeconds(300));
        assertThat(certificate.getNotAfter().toInstant()).isEqualTo(NOW.plusSeconds(600));
        assertThat(certificate.getExtendedKeyUsage()).containsExactly("1.3.6.1.5.5.7.3.2");
        assertThat(certificate.getKeyUsage()).startsWith(true, false, false, false, false, false, false);
        assertThat(certificate.getBasicConstraints()).isEqualTo(-1);
        assertThat(certificate.getSerialNumber().signum()).isEqualTo(1);
        assertThat(NodeName.of(certificate)).contains(name);
    }

    @Test
    void replicas_of_one_hsm_make_the_same_root_but_for_the_signature() throws Exception {
        X509Certificate one = authority("kekkai-server-ca-1").certificate();
        X509Certificate other = authority("kekkai-server-ca-1").certificate();

        assertThat(one.getTBSCertificate()).isEqualTo(other.getTBSCertificate());
        assertThat(one.getBasicConstraints()).as("signs no CA").isZero();
        assertThat(one.getKeyUsage()[5]).as("signs certificates").isTrue();
        assertThat(one.getKeyUsage()[0]).as("and nothing else").isFalse();
    }

    @Test
    void counting_on_makes_the_standby_root_active() throws Exception {
        ServerRoots before = ServerRoots.open(token::signer, 7, new SecureRandom());
        ServerRoots after = ServerRoots.open(token::signer, 8, new SecureRandom());

        assertThat(after.active().publicKey()).isEqualTo(before.standby().publicKey());
        assertThat(after.active().certificate().getTBSCertificate())
                .isEqualTo(before.standby().certificate().getTBSCertificate());
        assertThat(after.standby().publicKey())
                .isNotIn(before.active().publicKey(), before.standby().publicKey());
    }

    @Test
    void the_active_root_vouches_for_the_standby_as_for_a_ca_and_replicas_say_the_same() throws Exception {
        ServerRoots roots = ServerRoots.open(token::signer, 7, new SecureRandom());

        X509Certificate vouched = roots.vouched();

        vouched.verify(roots.active().publicKey());
        assertThat(vouched.getPublicKey()).isEqualTo(roots.standby().publicKey());
        assertThat(vouched.getSubjectX500Principal())
                .isEqualTo(roots.standby().certificate().getSubjectX500Principal());
        assertThat(vouched.getIssuerX500Principal())
                .isEqualTo(roots.active().certificate().getSubjectX500Principal());
        assertThat(vouched.getBasicConstraints()).isZero();
        assertThat(vouched.getTBSCertificate())
                .isEqualTo(ServerRoots.open(token::signer, 7, new SecureRandom())
                        .vouched()
                        .getTBSCertificate());
        assertThat(roots.told())
                .containsExactly(roots.active().certificate(), roots.standby().certificate(), vouched);
        assertThat(roots.certificates()).as("for files").doesNotContain(vouched);
    }

    @Test
    void an_hsm_that_does_not_sign_is_an_hsm_that_does_not_sign() throws Exception {
        MemorySigningKey key = new MemorySigningKey();
        CertificateAuthority authority = CertificateAuthority.of(key.generate(), "root", new SecureRandom());
        key.gone();

        assertThatThrownBy(() -> new NodeCertificates(authority, () -> NOW)
                        .issue(
                                new NodeName(TenantId.DEFAULT, new NodeId(UUID.randomUUID())),
                                pair().getPublic().getEncoded()))
                .isInstanceOf(CustodyException.Unavailable.class)
                .hasMessageContaining("CKR_DEVICE_REMOVED");
    }

    private static CertificateAuthority authority(String label) throws Exception {
        return CertificateAuthority.of(token.signer(label), "Kekkai test", new SecureRandom());
    }

    private static KeyPair pair() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        return generator.generateKeyPair();
    }
}
