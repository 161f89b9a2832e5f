package dev.kekkai.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import dev.kekkai.id.TenantId;
import dev.kekkai.testing.attestation.Node;
import dev.kekkai.testing.gateway.NodeClient;
import dev.kekkai.testing.gateway.NodeClient.Talk;
import dev.kekkai.testing.gateway.ServeClient;
import dev.kekkai.testing.gateway.TlsKey;
import dev.kekkai.wire.gateway.v1.Answer;
import dev.kekkai.wire.gateway.v1.Call;
import dev.kekkai.wire.gateway.v1.Failure;
import dev.kekkai.wire.gateway.v1.Init;
import dev.kekkai.wire.gateway.v1.Unwrap;
import dev.kekkai.wire.gateway.v1.Wrap;
import io.grpc.Status;
import io.grpc.StatusException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** What one node or one address may have, and for how long. What is beyond it is refused, and what is not is served beside it. */
class GatewayLimitsTest extends Served {
    private void startAnew(Duration connectionAge, Duration attestAge) throws Exception {
        gateway.close();
        GatewayLimits preset = GatewayLimits.DEFAULT;
        gateway = start(new GatewayLimits(
                preset.connections(),
                preset.attestations(),
                preset.attestationsPerSource(),
                preset.inFlight(),
                preset.challenge(),
                preset.policyGrace(),
                connectionAge,
                attestAge,
                Duration.ofSeconds(1),
                preset.drain()));
    }

    private List<X509Certificate> roots() {
        return gateway.roots().certificates();
    }

    private Status busy(Attempt attempt) {
        StatusException answer = failure(attempt);
        assertThat(answer.getTrailers().get(Denied.REASON)).isEqualTo("busy");
        assertThat(answer.getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
        return answer.getStatus();
    }

    @Test
    void one_node_may_not_have_all_places_of_those_who_renew() throws Exception {
        try (Node second = Node.blank().boot("kernel 6.8")) {
            NodeClient other = new NodeClient(second);
            fleet.enroll(TenantId.DEFAULT, "node-2", other.ek());
            TlsKey others = other.key.with(NodeClient.certificates(other.attest(gateway)));
            TlsKey certified = certified();
            byte[] hello = client.hello().toByteArray();
            List<Talk> open = new ArrayList<>();
            try {
                for (int i = 0; i < GatewayEndpoint.PLACES_PER_NODE; i++) {
                    open.add(Talk.to(certified.channel(gateway.servicePort(), roots()), false));
                    open.getLast().challenge(hello);
                }

                assertThat(busy(() -> client.renew(gateway, certified)).getDescription())
                        .contains("4 of node:" + enrolled.id());
                assertThat(other.renew(gateway, others).getCertificatesCount()).isEqualTo(2);
            } finally {
                open.forEach(Talk::close);
            }
            await().ignoreExceptionsInstanceOf(StatusException.class)
                    .until(() -> client.renew(gateway, certified).getCertificatesCount() == 2);
        }
    }

    /** An honest stream does not end by itself, and this one has nothing to be refused for. */
    @Test
    void a_connection_to_the_service_port_ends_at_its_age_and_another_is_served() throws Exception {
        startAnew(Duration.ofSeconds(1), GatewayLimits.DEFAULT.attestAge());
        TlsKey certified = certified();
        try (ServeClient serve = ServeClient.open(gateway, certified)) {
            assertThat(serve.wrap(new byte[32]).hasWrapped()).isTrue();

            assertThat(Status.fromThrowable(serve.end()).getCode()).isEqualTo(Status.Code.UNAVAILABLE);
        }
        try (ServeClient serve = ServeClient.open(gateway, certified)) {
            assertThat(serve.wrap(new byte[32]).hasWrapped()).isTrue();
        }
    }

    /** Long before a challenge expires, which would be told otherwise. */
    @Test
    void a_connection_to_the_attest_port_ends_at_its_age_and_another_is_served() throws Exception {
        startAnew(GatewayLimits.DEFAULT.connectionAge(), Duration.ofSeconds(1));
        try (Talk talk = Talk.to(client.key.channel(gateway.attestPort(), roots()), true)) {
            talk.challenge(client.hello().toByteArray());

            assertThat(failure(talk::waitForTheEnd).getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
        }
        assertThat(client.attest(gateway).getCertificatesCount()).isEqualTo(2);
    }

    @Test
    void a_claim_that_is_too_large_is_refused() throws Exception {
        ByteString big = ByteString.copyFrom(new byte[8 * 1024 + 1]);
        ByteString certificate = big.substring(1);

        claimRefused(init -> init.addEkChain(big));
        claimRefused(init -> init.addAllEkChain(Collections.nCopies(7, certificate.substring(0, 64))));
        claimRefused(init -> init.addAllEkChain(Collections.nCopies(9, certificate)));
        claimRefused(init -> init.setAkPublic(big.substring(0, 1025)));
        claimRefused(init -> init.setHostName("n".repeat(254)));
        client.init = honest -> honest;
        assertThat(client.attest(gateway).getCertificatesCount()).isEqualTo(2);
    }

    private void claimRefused(UnaryOperator<Init.Builder> change) {
        client.init = honest -> change.apply(honest.toBuilder()).build();
        int before = gateway.audited().size();
        assertThat(reason(failure(() -> client.attest(gateway)))).isEqualTo("protocol");
        await().until(() -> gateway.audited().size() == before + 1);
        assertThat(gateway.last("attest").orElseThrow().reason()).startsWith("protocol: ");
    }

    @Test
    void a_call_that_is_too_large_fails_alone() throws Exception {
        byte[] most = new byte[64 * 1024];
        byte[] more = new byte[64 * 1024 + 1];
        try (ServeClient serve = ServeClient.open(gateway, certified())) {
            List<CompletableFuture<Answer>> answers = serve.ask(List.of(
                    wrap(serve, more),
                    serve.call()
                            .setUnwrap(Unwrap.newBuilder().setEnvelope(ByteString.copyFrom(more)))
                            .build(),
                    wrap(serve, new byte[0]),
                    serve.call()
                            .setApi("v3")
                            .setWrap(Wrap.newBuilder().setDek(ByteString.copyFrom(new byte[32])))
                            .build(),
                    wrap(serve, most)));

            for (CompletableFuture<Answer> malformed : answers.subList(0, 4)) {
                assertThat(malformed.get(10, TimeUnit.SECONDS).getFailure().getKind())
                        .isEqualTo(Failure.Kind.MALFORMED);
            }
            assertThat(answers.getLast().get(10, TimeUnit.SECONDS).hasWrapped()).isTrue();
        }
        assertThat(dek.wraps()).hasSize(1);
        assertThat(dek.unwraps()).isEmpty();
    }

    private static Call wrap(ServeClient serve, byte[] dek) {
        return serve.call()
                .setWrap(Wrap.newBuilder().setDek(ByteString.copyFrom(dek)))
                .build();
    }
}
