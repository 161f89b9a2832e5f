package dev.kekkai.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kekkai.attestation.policy.Policy;
import dev.kekkai.attestation.verdict.TrustClass;
import dev.kekkai.fleet.Observation;
import dev.kekkai.id.TenantId;
import dev.kekkai.identity.NodeCertificates;
import dev.kekkai.testing.gateway.NodeClient;
import dev.kekkai.testing.gateway.ServeClient;
import dev.kekkai.testing.gateway.TlsKey;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What other gateways are said to have seen, by clocks that are not ours, in rows that nobody signed. */
class OthersWordTest extends Served {
    private Observation seen() {
        return fleet.observed(enrolled.id()).orElseThrow();
    }

    private void said(Observation by, Instant at, TrustClass trust, String tlsKey) {
        fleet.observe(
                enrolled.id(),
                new Observation(
                        at,
                        true,
                        by.verdict(),
                        by.counters(),
                        Optional.of(trust),
                        Optional.of(tlsKey),
                        by.certificateEnds(),
                        "gateway-2"));
    }

    private void isServed(TlsKey key) throws Exception {
        try (ServeClient serve = ServeClient.open(gateway, key)) {
            assertThat(serve.wrap(new byte[32]).hasWrapped()).isTrue();
        }
    }

    @Test
    void a_key_that_was_superseded_here_is_not_revived_by_a_gateway_whose_clock_is_ahead() throws Exception {
        certified();
        Observation before = seen();
        client.key = TlsKey.fresh();
        TlsKey second = certified();
        said(
                before,
                seen().at().plusSeconds(60),
                TrustClass.VOUCHED,
                before.tlsKey().orElseThrow());

        isServed(second);
        certified();
        isServed(second);
    }

    @Test
    void a_certificate_is_issued_after_whatever_is_known_of_the_node() throws Exception {
        certified();
        Instant ahead = Instant.now().truncatedTo(ChronoUnit.SECONDS).plusSeconds(120);
        said(seen(), ahead, TrustClass.VOUCHED, seen().tlsKey().orElseThrow());
        client.key = TlsKey.fresh();

        TlsKey second = client.key.with(NodeClient.certificates(client.attest(gateway)));

        assertThat(seen().gateway()).isEqualTo("gateway-1");
        assertThat(seen().at()).isEqualTo(ahead.plusSeconds(1));
        assertThat(seen().certificateEnds()).contains(ahead.plusSeconds(1).plus(NodeCertificates.LIFETIME));
        isServed(second);
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 1})
    void a_gateway_whose_clock_was_set_while_it_ran_attests_and_renews_nobody(int way) throws Exception {
        TlsKey certified = certified();
        fleet.unproved(true); // so that it does not recover meanwhile
        // six minutes: so little that the certificate's own time says nothing
        gateway.clockOff(Duration.ofMinutes(6L * way));
        if (way < 0) {
            fleet.observe(enrolled.id(), seenAt(Instant.now().minusSeconds(3600)));
        }

        refusedToAttest("clock");
        assertThat(gateway.last("attest").orElseThrow().reason()).contains("was set while it ran");
        refusedToRenew("clock", certified);
        gateway.clockOff(Duration.ZERO);
        assertThat(client.renew(gateway, certified).getCertificatesCount()).isEqualTo(2);
    }

    /** So that nothing but the jump speaks against the clock. */
    private Observation seenAt(Instant at) {
        Observation it = seen();
        return new Observation(
                at,
                it.accepted(),
                it.verdict(),
                it.counters(),
                it.trust(),
                it.tlsKey(),
                it.certificateEnds(),
                it.gateway());
    }

    @Test
    void a_trust_class_that_was_written_into_the_database_lifts_nobody() throws Exception {
        TlsKey certified = certified();
        Policy asked = client.policy();
        fleet.policy(
                TenantId.DEFAULT,
                new Policy(
                        asked.bank(),
                        TrustClass.HARDWARE,
                        asked.firmwareFloor(),
                        asked.auditOnly(),
                        asked.alternatives()));
        said(seen(), seen().at(), TrustClass.HARDWARE, seen().tlsKey().orElseThrow());

        refusedToRenew("attest-anew", certified);
        fleet.policy(TenantId.DEFAULT, asked);
        assertThat(client.renew(gateway, certified).getCertificatesCount()).isEqualTo(2);
    }
}
