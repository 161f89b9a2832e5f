package dev.kekkai.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.kekkai.attestation.ek.EkFingerprint;
import dev.kekkai.fleet.Node;
import dev.kekkai.fleet.PolicyAge;
import dev.kekkai.id.NodeId;
import dev.kekkai.id.TenantId;
import dev.kekkai.identity.CertificateAuthority;
import dev.kekkai.identity.NodeCertificates;
import dev.kekkai.identity.NodeName;
import dev.kekkai.store.StoredFleet.Replaced;
import dev.kekkai.testing.authority.MemorySigningKey;
import dev.kekkai.testing.gateway.TlsKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class PolicyWatchTest {
    private static final Duration GRACE = Duration.ofMinutes(1);
    private static final String OLD = "aa".repeat(32);
    private static final String NEW = "bb".repeat(32);
    private static final Instant CHANGED = Instant.parse("2026-03-01T12:00:00Z");
    private static final PolicyAge AGE = new PolicyAge(NEW, CHANGED, List.of(new Replaced(OLD, CHANGED)));

    private final Node node = new Node(
            new NodeId(UUID.randomUUID()),
            TenantId.DEFAULT,
            "node-1",
            "default",
            EkFingerprint.parse("000b" + "11".repeat(32)),
            Optional.empty(),
            CHANGED,
            Optional.empty(),
            0);
    private Instant now = CHANGED;

    @Test
    void who_was_judged_by_the_policy_in_force_has_shown_that_it_fits() throws Exception {
        now = CHANGED.plus(Duration.ofDays(1));

        new PolicyWatch(Duration.ZERO, () -> now).check(node, judgedBy(NEW), AGE);
    }

    /** That is what a second gateway is, or one that was restarted. */
    @Test
    void a_gateway_that_never_met_the_node_counts_the_grace_from_the_change_in_the_chain() throws Exception {
        Peer peer = judgedBy(OLD);
        now = CHANGED.plus(GRACE).minusMillis(1);
        new PolicyWatch(GRACE, () -> now).check(node, peer, AGE);
        now = CHANGED.plus(GRACE);

        refused(new PolicyWatch(GRACE, () -> now), peer, AGE);
    }

    @Test
    void a_policy_that_the_chain_does_not_know_has_no_grace() throws Exception {
        refused(new PolicyWatch(GRACE, () -> now), judgedBy("cc".repeat(32)), AGE);
    }

    @Test
    void a_second_change_gives_no_more_time() throws Exception {
        Instant second = CHANGED.plusSeconds(50);
        PolicyAge twice =
                new PolicyAge("dd".repeat(32), second, List.of(new Replaced(NEW, second), new Replaced(OLD, CHANGED)));
        now = CHANGED.plus(GRACE);

        refused(new PolicyWatch(GRACE, () -> now), judgedBy(OLD), twice);
        new PolicyWatch(GRACE, () -> now).check(node, judgedBy(NEW), twice);
    }

    /** The clock of the one that wrote the change may be ahead. */
    @Test
    void a_clock_that_is_behind_gives_no_more_than_the_grace_from_when_the_node_was_met() throws Exception {
        now = CHANGED.minus(Duration.ofMinutes(5));
        PolicyWatch watch = new PolicyWatch(Duration.ofMillis(20), () -> now);
        Peer peer = judgedBy(OLD);
        watch.check(node, peer, AGE);
        long met = System.nanoTime();
        while (System.nanoTime() - met < Duration.ofMillis(21).toNanos()) {
            Thread.onSpinWait();
        }

        refused(watch, peer, AGE);
    }

    @Test
    void a_certificate_that_does_not_say_was_judged_by_what_was_in_force_when_it_was_issued() throws Exception {
        now = CHANGED.plus(GRACE);

        new PolicyWatch(GRACE, () -> now).check(node, issued(Optional.empty(), CHANGED), AGE);
        refused(new PolicyWatch(GRACE, () -> now), issued(Optional.empty(), CHANGED.minusSeconds(1)), AGE);
    }

    private void refused(PolicyWatch watch, Peer peer, PolicyAge age) {
        assertThatExceptionOfType(Denied.class)
                .isThrownBy(() -> watch.check(node, peer, age))
                .satisfies(denied -> assertThat(denied.code()).isEqualTo("policy-changed"));
    }

    private Peer judgedBy(String policy) throws Exception {
        return issued(Optional.of(policy), CHANGED.minusSeconds(10));
    }

    private Peer issued(Optional<String> policy, Instant at) throws Exception {
        NodeCertificates certificates = new NodeCertificates(
                CertificateAuthority.of(new MemorySigningKey().generate(), "Kekkai nodes", new SecureRandom()),
                () -> now);
        NodeName name = new NodeName(TenantId.DEFAULT, node.id());
        byte[] spki = TlsKey.fresh().pair().getPublic().getEncoded();
        X509Certificate certificate = (policy.isPresent()
                        ? certificates.issue(name, spki, at, policy.get())
                        : certificates.issue(name, spki, at))
                .getFirst();
        return new Peer(certificate, "", new byte[0], new byte[0], "127.0.0.1", 0, GRACE);
    }
}
