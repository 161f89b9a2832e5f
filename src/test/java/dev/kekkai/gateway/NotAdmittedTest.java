package dev.kekkai.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import dev.kekkai.id.TenantId;
import dev.kekkai.identity.NodeCertificates;
import dev.kekkai.identity.NodeName;
import dev.kekkai.testing.attestation.Node;
import dev.kekkai.testing.gateway.NodeClient;
import dev.kekkai.testing.gateway.ServeClient;
import dev.kekkai.testing.gateway.TlsKey;
import dev.kekkai.wire.gateway.v1.Answer;
import dev.kekkai.wire.gateway.v1.Failure;
import dev.kekkai.wire.gateway.v1.Wrap;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** What the service port takes away: each changes one thing for a node that is served otherwise. */
class NotAdmittedTest extends Served {
    @Test
    void a_certificate_that_ends_while_it_is_connected_is_refused_at_the_next_request() throws Exception {
        NodeCertificates almost = new NodeCertificates(
                gateway.certificates().authority(),
                () -> Instant.now().minus(NodeCertificates.LIFETIME).plusSeconds(4));
        TlsKey ending = client.key.with(almost.issue(
                new NodeName(TenantId.DEFAULT, enrolled.id()),
                client.key.pair().getPublic().getEncoded()));

        try (ServeClient serve = ServeClient.open(gateway, ending)) {
            assertThat(serve.wrap(new byte[32]).hasWrapped()).isTrue();
            sentAway("certificate-expired", serve);
        }
    }

    @Test
    void an_evicted_node_is_refused_at_the_next_request() throws Exception {
        try (ServeClient serve = ServeClient.open(gateway, certified())) {
            assertThat(serve.wrap(new byte[32]).hasWrapped()).isTrue();
            fleet.evict(enrolled.id());

            CompletableFuture<Answer> asked = serve.ask(List.of(serve.call()
                            .setWrap(Wrap.newBuilder().setDek(ByteString.copyFrom(new byte[32])))
                            .build()))
                    .getFirst();
            sentAway("evicted", serve);
            if (asked.isDone()) { // else it was sent away before it asked
                assertThat(asked.get().getFailure().getKind()).isEqualTo(Failure.Kind.NOT_ADMITTED);
                assertThat(asked.get().getFailure().getReason()).isEqualTo("evicted");
            }
            assertThat(dek.wraps()).hasSize(1);
        }
        await().until(() -> refusals("serve", "evicted") == 1);
    }

    @Test
    void a_node_that_asks_for_nothing_is_sent_away_when_it_is_evicted() throws Exception {
        try (ServeClient serve = ServeClient.open(gateway, certified())) {
            await().until(() -> !serve.told().isEmpty());
            fleet.evict(enrolled.id());

            sentAway("evicted", serve);
        }
    }

    @Test
    void a_node_whose_policy_changed_has_to_show_that_it_fits() throws Exception {
        gateway.close();
        gateway = start(limits(16, Duration.ofSeconds(30), Duration.ZERO));
        TlsKey certified = certified();
        try (ServeClient serve = ServeClient.open(gateway, certified)) {
            assertThat(serve.wrap(new byte[32]).hasWrapped()).isTrue();
        }
        node.measure(7, "new keys");
        fleet.policy(TenantId.DEFAULT, client.policy());

        refusedToServe("policy-changed", certified);
        TlsKey renewed = client.key.with(NodeClient.certificates(client.renew(gateway, certified)));
        try (ServeClient serve = ServeClient.open(gateway, renewed)) {
            assertThat(serve.wrap(new byte[32]).hasWrapped()).isTrue();
        }
        node.measure(7, "whatever");
        refusedToRenew("pcr-mismatch", renewed);
    }

    @Test
    void a_gateway_whose_clock_was_set_forward_says_so() throws Exception {
        TlsKey certified = certified();
        fleet.unproved(true); // so that it does not recover meanwhile
        gateway.clockOff(Duration.ofHours(1));

        refusedToServe("clock", certified);
        assertThat(gateway.last("serve").orElseThrow().reason()).contains("set forward while it ran");
        gateway.clockOff(Duration.ofHours(-1));
        refusedToServe("clock", certified);
        gateway.clockOff(Duration.ofMinutes(6)); // the certificate's time is not over
        refusedToServe("clock", certified);
        gateway.clockOff(Duration.ZERO);
        try (ServeClient serve = ServeClient.open(gateway, certified)) {
            assertThat(serve.wrap(new byte[32]).hasWrapped()).isTrue();
        }
    }

    @Test
    void after_a_re_baseline_only_a_full_attestation_helps() throws Exception {
        TlsKey certified = certified();
        fleet.rebaseline(enrolled.id(), Optional.empty());

        refusedToRenew("attest-anew", certified);
        assertThat(client.attest(gateway).getCertificatesCount()).isEqualTo(2);
    }

    @Test
    void while_the_store_is_rolled_back_nobody_comes_in_anew_and_who_is_in_stays() throws Exception {
        try (Node second = Node.blank().boot("kernel 6.8")) {
            NodeClient other = new NodeClient(second);
            fleet.enroll(TenantId.DEFAULT, "node-2", other.ek());
            TlsKey others = other.key.with(NodeClient.certificates(other.attest(gateway)));
            TlsKey certified = certified();
            try (ServeClient serve = ServeClient.open(gateway, certified)) {
                Answer wrapped = serve.wrap(new byte[32]);
                long ahead = fleet.view().serial() + 1;
                assertThat(toldMore(certified, ahead)).isEqualTo("store-stale");
                assertThat(toldMore(others, ahead)).isEqualTo("store-stale");
                await().until(() -> refusals("serve", "store-stale") == 1);
                await().atMost(Duration.ofSeconds(30))
                        .until(() -> !serve.told().getLast().getHealthy());

                refusedToAttest("store-rolled-back");
                assertThat(client.renew(gateway, certified).getCertificatesCount())
                        .isEqualTo(2);
                assertThat(serve.unwrap(
                                        wrapped.getWrapped().getEnvelope(),
                                        wrapped.getWrapped().getKeyId())
                                .hasOpened())
                        .isTrue();
                assertThat(serve.wrap(new byte[32]).getFailure().getReason()).isEqualTo("store-rolled-back");
            }
        }
    }

    private String toldMore(TlsKey key, long serial) throws Exception {
        try (ServeClient serve =
                ServeClient.open(gateway.servicePort(), key, gateway.roots().certificates(), serial)) {
            return reason(serve.end());
        }
    }

    @Test
    void an_agent_that_was_told_more_is_sent_to_another_gateway() throws Exception {
        try (ServeClient serve = ServeClient.open(
                gateway.servicePort(),
                certified(),
                gateway.roots().certificates(),
                fleet.view().serial() + 1)) {
            sentAway("store-stale", serve);
        }
    }
}
