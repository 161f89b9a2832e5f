package dev.kekkai.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import dev.kekkai.audit.AuditEvent.Outcome;
import dev.kekkai.dek.DekException;
import dev.kekkai.dek.WrapRequest;
import dev.kekkai.id.TenantId;
import dev.kekkai.secret.Secret;
import dev.kekkai.testing.attestation.Node;
import dev.kekkai.testing.gateway.NodeClient.Talk;
import dev.kekkai.testing.gateway.ServeClient;
import dev.kekkai.testing.gateway.TlsKey;
import dev.kekkai.wire.gateway.v1.Answer;
import dev.kekkai.wire.gateway.v1.Failure;
import dev.kekkai.wire.gateway.v1.Wrap;
import io.grpc.Status;
import io.grpc.StatusException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What the service port gives to nodes that were let in. */
class ServiceTest extends Served {
    @Test
    void the_key_of_another_tenant_is_unknown() throws Exception {
        ByteString theirs = ByteString.copyFrom(othersDek
                .wrap(new WrapRequest(
                        new dev.kekkai.dek.Caller(OTHER, "them"),
                        "v2",
                        "",
                        Secret.owning(new byte[32]),
                        null,
                        dev.kekkai.dek.Deadline.in(Duration.ofSeconds(5))))
                .toCompletableFuture()
                .get()
                .envelope());
        String theirKey = othersDek.status(OTHER).keyId().value();

        try (ServeClient serve = ServeClient.open(gateway, certified())) {
            Answer answer = serve.unwrap(theirs, theirKey);

            assertThat(answer.getFailure().getKind()).isEqualTo(Failure.Kind.UNKNOWN_KEY);
            assertThat(othersDek.unwraps()).as("it was never asked of them").isEmpty();
            assertThat(dek.unwraps())
                    .singleElement()
                    .satisfies(asked -> assertThat(asked.caller().tenant()).isEqualTo(TenantId.DEFAULT));
        }
    }

    @Test
    void more_than_a_node_may_have_under_way_is_answered_at_once() throws Exception {
        CompletableFuture<Void> gate = dek.hold();
        try (ServeClient serve = ServeClient.open(gateway, certified())) {
            List<CompletableFuture<Answer>> answers = serve.ask(IntStream.range(0, 20)
                    .mapToObj(i -> serve.call()
                            .setWrap(Wrap.newBuilder().setDek(ByteString.copyFrom(new byte[32])))
                            .build())
                    .toList());

            for (CompletableFuture<Answer> late : answers.subList(16, 20)) {
                assertThat(late.get(10, TimeUnit.SECONDS).getFailure().getKind())
                        .isEqualTo(Failure.Kind.OVERLOADED);
            }
            assertThat(answers.subList(0, 16)).noneMatch(CompletableFuture::isDone);
            gate.complete(null);
            for (CompletableFuture<Answer> answer : answers.subList(0, 16)) {
                assertThat(answer.get(10, TimeUnit.SECONDS).hasWrapped()).isTrue();
            }
            assertThat(serve.wrap(new byte[32]).hasWrapped())
                    .as("and it goes on")
                    .isTrue();
        }
        assertThat(dek.wraps()).hasSize(17).allSatisfy(asked -> await().until(
                        () -> asked.dek().isDestroyed()));
    }

    @Test
    void more_streams_give_a_node_no_more_under_way() throws Exception {
        CompletableFuture<Void> gate = dek.hold();
        TlsKey certified = certified();
        try (ServeClient one = ServeClient.open(gateway, certified);
                ServeClient other = ServeClient.open(gateway, certified)) {
            one.ask(IntStream.range(0, 16)
                    .mapToObj(i -> one.call()
                            .setWrap(Wrap.newBuilder().setDek(ByteString.copyFrom(new byte[32])))
                            .build())
                    .toList());
            await().until(() -> dek.wraps().size() == 16);

            assertThat(other.wrap(new byte[32]).getFailure().getKind()).isEqualTo(Failure.Kind.OVERLOADED);
            gate.complete(null);
            await().until(() -> other.wrap(new byte[32]).hasWrapped());
        }
    }

    @Test
    void a_ninth_stream_of_a_node_is_told_to_come_later() throws Exception {
        TlsKey certified = certified();
        List<ServeClient> open = new ArrayList<>();
        try {
            for (int i = 0; i < Shares.MOST_STREAMS; i++) {
                open.add(ServeClient.open(gateway, certified));
                assertThat(open.getLast().wrap(new byte[32]).hasWrapped()).isTrue();
            }
            try (ServeClient ninth = ServeClient.open(gateway, certified)) {
                Status busy = Status.fromThrowable(ninth.end());
                assertThat(busy.getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
                assertThat(busy.getDescription()).contains("8 streams of this node");
            }
            open.removeLast().close();
            await().ignoreExceptions().until(() -> {
                try (ServeClient again = ServeClient.open(gateway, certified)) {
                    await().until(() -> !again.told().isEmpty() || again.ended());
                    return !again.ended();
                }
            });
        } finally {
            open.forEach(ServeClient::close);
        }
    }

    @Test
    void a_message_of_calls_that_is_refused_is_one_record() throws Exception {
        try (ServeClient serve = ServeClient.open(gateway, certified())) {
            serve.ask(IntStream.range(0, 4_097)
                    .mapToObj(i -> serve.call()
                            .setWrap(Wrap.newBuilder().setDek(ByteString.copyFrom(new byte[1])))
                            .build())
                    .toList());

            assertThat(reason(serve.end())).isEqualTo("protocol");
        }
        await().until(() -> refusals("serve", "protocol") == 1);
        assertThat(gateway.last("serve").orElseThrow().reason()).endsWith("(4097 calls)");
        assertThat(gateway.last("wrap")).isEmpty();
    }

    @Test
    void strangers_who_say_nothing_hold_up_no_renewal_and_are_sent_away_soon() throws Exception {
        gateway.close();
        GatewayLimits preset = GatewayLimits.DEFAULT;
        gateway = start(new GatewayLimits(
                preset.connections(),
                2,
                2,
                preset.inFlight(),
                preset.challenge(),
                preset.policyGrace(),
                preset.connectionAge(),
                preset.attestAge(),
                preset.ageGrace(),
                preset.drain()));
        TlsKey certified = certified();
        List<X509Certificate> roots = gateway.roots().certificates();
        try (Talk one = Talk.to(TlsKey.fresh().channel(gateway.attestPort(), roots), true);
                Talk two = Talk.to(TlsKey.fresh().channel(gateway.attestPort(), roots), true)) {
            await().until(() -> busy(() -> client.attest(gateway)));

            assertThat(client.renew(gateway, certified).getCertificatesCount()).isEqualTo(2);
            assertThat(reason(failure(one::waitForTheEnd))).isEqualTo("challenge-expired");
            assertThat(reason(failure(two::waitForTheEnd))).isEqualTo("challenge-expired");
            await().until(() -> strangers("challenge-expired") == 2);
            assertThat(client.attest(gateway).getCertificatesCount()).isEqualTo(2);
        }
    }

    /** Refusals on record of somebody who is not known. */
    private long strangers(String code) {
        return gateway.audited().stream()
                .filter(event -> event.outcome() == Outcome.REFUSED
                        && event.caller().name().startsWith("unknown@")
                        && event.reason().startsWith(code + ": "))
                .count();
    }

    private static boolean busy(Attempt attempt) throws Exception {
        try {
            attempt.make();
            return false;
        } catch (StatusException e) {
            return e.getStatus().getCode() == Status.Code.RESOURCE_EXHAUSTED;
        }
    }

    @Test
    void a_rotation_is_told_without_being_asked_for() throws Exception {
        try (ServeClient serve = ServeClient.open(gateway, certified())) {
            await().until(() -> !serve.told().isEmpty());
            String rotated = dek.rotate().value();

            await().until(() -> serve.told().getLast().getKeyId().equals(rotated));
            assertThat(serve.told().getLast().getEpoch())
                    .isGreaterThan(serve.told().getFirst().getEpoch());
        }
    }

    @Test
    void a_failure_keeps_its_kind() throws Exception {
        dek.failWith(new DekException.StaleKey(dek.rotate()));
        try (ServeClient serve = ServeClient.open(gateway, certified())) {
            Answer answer = serve.wrap(new byte[32]);

            assertThat(answer.getFailure().getKind()).isEqualTo(Failure.Kind.STALE_KEY);
            assertThat(answer.getFailure().getCurrentKeyId())
                    .isEqualTo(dek.status(TenantId.DEFAULT).keyId().value());
        }
    }

    @Test
    void a_gateway_that_ends_sends_nodes_elsewhere_and_lets_calls_end() throws Exception {
        CompletableFuture<Void> gate = dek.hold();
        try (ServeClient serve = ServeClient.open(gateway, certified())) {
            CompletableFuture<Answer> underWay = serve.ask(List.of(serve.call()
                            .setWrap(Wrap.newBuilder().setDek(ByteString.copyFrom(new byte[32])))
                            .build()))
                    .getFirst();
            await().until(() -> dek.wraps().size() == 1);
            Thread ending = Thread.ofPlatform().start(gateway::close);

            await().until(() -> serve.told().getLast().getDraining());
            assertThat(underWay).isNotDone();
            gate.complete(null);

            assertThat(underWay.get(10, TimeUnit.SECONDS).hasWrapped()).isTrue();
            assertThat(serve.end()).as("an end, and no error").isNull();
            ending.join();
        }
    }

    @Test
    void evidence_that_comes_too_late_is_refused() throws Exception {
        gateway.close();
        gateway = start(limits(16, Duration.ofMillis(300), Duration.ofMinutes(1)));
        client.evidence = sent -> {
            long since = System.nanoTime();
            await().until(() ->
                    System.nanoTime() - since > Duration.ofMillis(350).toNanos());
            return sent;
        };

        StatusException answer = failure(() -> client.attest(gateway));

        assertThat(reason(answer)).isEqualTo("challenge-expired");
        assertThat(answer.getStatus().getCode())
                .as("it says nothing of the node, which keeps what it has")
                .isEqualTo(Status.Code.ABORTED);
        await().until(() -> refusals("attest", "challenge-expired") == 1);
    }

    @Test
    void a_machine_that_nobody_enrolled_may_wait_if_its_tenant_lets_it() throws Exception {
        try (Node stranger = Node.blank().boot("kernel 6.8")) {
            client.node = stranger;
            client.init = honest -> honest.toBuilder()
                    .setTenant(ByteString.copyFrom(java.nio.ByteBuffer.allocate(16)
                            .putLong(TenantId.DEFAULT.value().getMostSignificantBits())
                            .putLong(TenantId.DEFAULT.value().getLeastSignificantBits())
                            .array()))
                    .build();

            assertThat(reason(failure(() -> client.attest(gateway)))).isEqualTo("unknown-ek");
            assertThat(gateway.last("attest").orElseThrow().reason()).startsWith("unknown-ek: ");
            fleet.allowPending();
            assertThat(reason(failure(() -> client.attest(gateway)))).isEqualTo("pending");
            assertThat(gateway.last("attest").orElseThrow())
                    .satisfies(event -> assertThat(event.reason()).startsWith("pending: "))
                    .satisfies(event -> assertThat(event.caller().name())
                            .startsWith("ek:" + client.ek().hex()));
            assertThat(fleet.claimants()).singleElement().satisfies(claimant -> {
                assertThat(claimant.ek()).isEqualTo(client.ek());
                assertThat(claimant.hostName()).isEqualTo("node-1");
                assertThat(claimant.source()).isEqualTo("127.0.0.1");
            });
        }
    }
}
