package dev.kekkai.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.kekkai.testing.authority.MemorySigningKey;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ServerIdentityTest {
    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-06-01T12:00:00Z"));
    private final AtomicBoolean clockFails = new AtomicBoolean();
    private final MemorySigningKey key = new MemorySigningKey();
    private ServerIdentity identity;

    @BeforeEach
    void a_gateway_of_two_names() throws Exception {
        CertificateAuthority root = CertificateAuthority.of(key.generate(), "root", new SecureRandom());
        identity = ServerIdentity.make(root, List.of("gateway.example.net", "192.0.2.1", "2001:db8::1"), this::instant);
    }

    private Instant instant() {
        if (clockFails.get()) {
            throw new IllegalStateException("nobody foresaw this");
        }
        return now.get();
    }

    @Test
    void its_certificate_is_for_a_server_of_its_names_backdated_and_for_seven_days() throws Exception {
        X509Certificate certificate = identity.certificate();

        certificate.checkValidity(java.util.Date.from(now.get().minus(Duration.ofHours(23))));
        assertThat(certificate.getNotAfter().toInstant()).isEqualTo(now.get().plus(Duration.ofDays(7)));
        assertThat(certificate.getExtendedKeyUsage()).containsExactly("1.3.6.1.5.5.7.3.1");
        assertThat(certificate.getSubjectAlternativeNames())
                .extracting(name -> (Object) name.get(1))
                .containsExactlyInAnyOrder("gateway.example.net", "192.0.2.1", "2001:db8:0:0:0:0:0:1");
    }

    @Test
    void it_is_renewed_at_half_of_its_life_with_another_key() {
        X509Certificate before = identity.certificate();
        String alias = identity.chooseEngineServerAlias("EC", null, null);
        now.set(now.get().plus(Duration.ofDays(3)));
        identity.renewIfDue();
        assertThat(identity.certificate()).as("not yet").isEqualTo(before);

        now.set(now.get().plus(Duration.ofDays(1)));
        identity.renewIfDue();

        X509Certificate after = identity.certificate();
        assertThat(after.getPublicKey()).isNotEqualTo(before.getPublicKey());
        assertThat(after.getNotAfter()).isAfter(before.getNotAfter());
        PrivateKey old = identity.getPrivateKey(alias);
        assertThat(old).as("a handshake under way finds what it chose").isNotNull();
        assertThat(identity.getCertificateChain(alias)[0]).isEqualTo(before);
        assertThat(identity.getPrivateKey(identity.chooseEngineServerAlias("EC", null, null)))
                .isNotEqualTo(old);
    }

    @Test
    void a_failure_that_nobody_foresaw_does_not_end_the_renewals() {
        X509Certificate before = identity.certificate();
        now.set(now.get().plus(Duration.ofDays(4)));
        clockFails.set(true);

        assertThatCode(identity::renewIfDue)
                .as("a periodic task that throws is cancelled")
                .doesNotThrowAnyException();
        assertThat(identity.certificate()).isEqualTo(before);

        clockFails.set(false);
        identity.renewIfDue();
        assertThat(identity.certificate()).isNotEqualTo(before);
    }

    @Test
    void an_hsm_that_is_away_delays_it_and_the_old_one_goes_on() {
        X509Certificate before = identity.certificate();
        now.set(now.get().plus(Duration.ofDays(4)));
        key.gone();

        identity.renewIfDue();
        assertThat(identity.certificate()).isEqualTo(before);

        key.back();
        identity.renewIfDue();
        assertThat(identity.certificate()).isNotEqualTo(before);
    }
}
