package dev.kekkai.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.kekkai.testing.agent.SmallFleet;
import dev.kekkai.testing.attestation.CertificateMaker;
import dev.kekkai.wire.gateway.v1.StatusUpdate;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class NodeClockTest {
    private static final Instant FROM = Instant.parse("2026-06-01T00:00:00Z");
    private static final Instant UNTIL = Instant.parse("2026-06-08T00:00:00Z");
    private static final Duration SECOND = Duration.ofSeconds(1);

    private X509Certificate certificate;
    private Instant wall = FROM;
    private final NodeClock clock = new NodeClock(() -> wall);

    @BeforeEach
    void issue() throws Exception {
        certificate = valid("20260601000000Z", "20260608000000Z");
    }

    @Test
    void within_the_validity_it_is_now() throws Exception {
        wall = FROM.plus(Duration.ofDays(3));

        assertThat(clock.judging(certificate)).isEqualTo(wall);
    }

    @Test
    void a_gateways_clock_that_is_off_is_told_with_both_times_and_by_how_much() {
        wall = FROM;
        Instant ahead = FROM.plus(Duration.ofHours(1));
        Session.Heard heard = told(ahead);

        assertThat(clock.behind(heard).orElseThrow().toMinutes()).isEqualTo(60);
        assertThat(clock.gap(heard).orElseThrow())
                .contains("its clock says " + ahead)
                .contains("this node's says " + FROM + ", 3600 s earlier")
                .contains("set right the one that is off");
        assertThat(clock.gap(told(FROM.minus(Duration.ofHours(1)))).orElseThrow())
                .contains("s later");
        assertThat(clock.gap(told(FROM.plus(Duration.ofMinutes(4))))).isEmpty();
        assertThat(clock.behind(told(Instant.EPOCH)))
                .as("a gateway that does not tell")
                .isEmpty();
    }

    private static Session.Heard told(Instant clock) {
        return new Session.Heard(
                StatusUpdate.newBuilder().setClockMillis(clock.toEpochMilli()).build(), System.nanoTime());
    }

    @Test
    void up_to_a_day_outside_it_is_the_nearest_end() throws Exception {
        wall = FROM.minus(NodeClock.TOLERANCE);
        assertThat(clock.judging(certificate)).isEqualTo(FROM);

        wall = UNTIL.plus(NodeClock.TOLERANCE);
        assertThat(clock.judging(certificate)).isEqualTo(UNTIL);
    }

    @Test
    void further_outside_it_is_refused_with_both_clocks_named() {
        for (Instant wrong : new Instant[] {
            FROM.minus(NodeClock.TOLERANCE).minus(SECOND),
            UNTIL.plus(NodeClock.TOLERANCE).plus(SECOND)
        }) {
            wall = wrong;

            assertThatExceptionOfType(CertificateException.class)
                    .isThrownBy(() -> clock.judging(certificate))
                    .withMessageContaining(FROM.toString())
                    .withMessageContaining(UNTIL.toString())
                    .withMessageContaining(wrong.toString());
        }
    }

    /** Whoever sets a node's clock back does not bring an old certificate back to life, once a younger one was seen. */
    @Test
    void it_is_never_earlier_than_a_certificate_that_was_verified() throws Exception {
        wall = FROM;
        clock.seen(valid("20260610000000Z", "20260617000000Z"));

        assertThatExceptionOfType(CertificateException.class).isThrownBy(() -> clock.judging(certificate));
    }

    private static X509Certificate valid(String from, String until) throws Exception {
        return CertificateMaker.certificate()
                .subject("a gateway")
                .from(from)
                .until(until)
                .signedWith("SHA256withECDSA")
                .selfSigned(SmallFleet.key());
    }
}
