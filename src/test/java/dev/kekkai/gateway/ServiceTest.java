package dev.kekkai.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import dev.kekkai.audit.AuditEvent;
import dev.kekkai.audit.AuditEvent.Outcome;
import dev.kekkai.dek.DekException;
import dev.kekkai.dek.DekService;
import dev.kekkai.dek.UnwrapRequest;
import dev.kekkai.dek.WrapRequest;
import dev.kekkai.dek.WrappedDek;
import dev.kekkai.id.TenantId;
import dev.kekkai.identity.NodeCertificates;
import dev.kekkai.identity.NodeName;
import dev.kekkai.secret.Secret;
import dev.kekkai.testing.attestation.Node;
import dev.kekkai.testing.dek.MemoryDekService;
import dev.kekkai.testing.fleet.MemoryFleet;
import dev.kekkai.testing.gateway.NodeClient;
import dev.kekkai.testing.gateway.ServeClient;
import dev.kekkai.testing.gateway.TestGateway;
import dev.kekkai.testing.gateway.TlsKey;
import dev.kekkai.wire.gateway.v1.Answer;
import dev.kekkai.wire.gateway.v1.Failure;
import dev.kekkai.wire.gateway.v1.Granted;
import dev.kekkai.wire.gateway.v1.Wrap;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the service port gives to nodes that were let in, and takes away from those that may ask no more. */
class ServiceTest {
    private static final TenantId OTHER = new TenantId(UUID.randomUUID());

    private final MemoryFleet fleet = new MemoryFleet();
    private final MemoryDekService dek = new MemoryDekService();
    private final MemoryDekService othersDek = new MemoryDekService();
    private Node node;
    private NodeClient client;
    private dev.kekkai.fleet.Node enrolled;
    private TestGateway gateway;

    @BeforeEach
    void a_gateway_and_an_enrolled_node() throws Exception {
        node = Node.blank().boot("kernel 6.8");
        client = new NodeClient(node);
        enrolled = fleet.enroll(TenantId.DEFAULT, "node-1", client.ek());
        fleet.policy(TenantId.DEFAULT, client.policy());
        gateway = start(limits(16, Duration.ofSeconds(30), Duration.ofMinutes(1)));
    }

    @AfterEach
    void are_gone() throws Exception {
        gateway.close();
        node.close();
    }

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
    void an_expired_certificate_is_refused() throws Exception {
        certified();
        NodeCertificates before = new NodeCertificates(
                gateway.certificates().authority(),
                () -> Instant.now().minus(NodeCertificates.LIFETIME).minusSeconds(1));
        TlsKey expired = client.key.with(before.issue(
                new NodeName(TenantId.DEFAULT, enrolled.id()),
                client.key.pair().getPublic().getEncoded()));

        refusedToServe("certificate-expired", expired);
    }

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
            assertThat(reason(serve.end())).isEqualTo("certificate-expired");
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
            Throwable end = serve.end();

            assertThat(reason(end)).isEqualTo("evicted");
            if (asked.isDone()) { // else it was sent away before it asked
                assertThat(asked.get().getFailure().getKind()).isEqualTo(Failure.Kind.NOT_ADMITTED);
                assertThat(asked.get().getFailure().getReason()).isEqualTo("evicted");
            }
            assertThat(dek.wraps()).hasSize(1);
        }
        await().until(() -> refusals("evicted") == 1);
    }

    @Test
    void the_certificate_of_an_evicted_node_is_refused() throws Exception {
        TlsKey certified = certified();
        fleet.evict(enrolled.id());

        refusedToServe("evicted", certified);
        assertThat(renewal(certified)).isEqualTo("evicted");
    }

    @Test
    void a_node_that_asks_for_nothing_is_sent_away_when_it_is_evicted() throws Exception {
        try (ServeClient serve = ServeClient.open(gateway, certified())) {
            await().until(() -> !serve.told().isEmpty());
            fleet.evict(enrolled.id());

            assertThat(reason(serve.end())).isEqualTo("evicted");
        }
        await().until(() -> gateway.last("serve").isPresent());
    }

    @Test
    void a_new_start_supersedes_the_key_before_it() throws Exception {
        TlsKey first = certified();
        client.key = TlsKey.fresh();
        TlsKey second = certified();

        refusedToServe("superseded", first);
        try (ServeClient serve = ServeClient.open(gateway, second)) {
            assertThat(serve.wrap(new byte[32]).hasWrapped()).isTrue();
        }
        assertThat(renewal(first)).isEqualTo("superseded");
    }

    /** Both have the same EK, AK and PCRs, and counters that nobody can tell apart. */
    @Test
    void a_cloned_vtpm_that_alternates_with_the_original_is_found_out_and_both_are_refused() throws Exception {
        try (Node copy = node.cloned().boot("kernel 6.8")) {
            node.powerCycle();
            node.boot("kernel 6.8");
            NodeClient clone = new NodeClient(copy);
            TlsKey original = certified();
            TlsKey copys = clone.key.with(NodeClient.certificates(clone.attest(gateway)));

            StatusException answer = failure(() -> client.attest(gateway));

            assertThat(reason(answer)).isEqualTo("suspected-clone");
            assertThat(gateway.last("attest").orElseThrow())
                    .satisfies(event -> assertThat(event.outcome()).isEqualTo(Outcome.REFUSED))
                    .satisfies(event -> assertThat(event.reason()).startsWith("suspected-clone: "));
            refusedToServe("suspected-clone", original);
            refusedToServe("suspected-clone", copys);
            assertThat(reason(failure(() -> clone.attest(gateway)))).isEqualTo("suspected-clone");
            client.key = TlsKey.fresh();
            assertThat(reason(failure(() -> client.attest(gateway)))).isEqualTo("suspected-clone");
        }
        fleet.rebaseline(enrolled.id(), Optional.empty());
        assertThat(client.attest(gateway).getCertificatesCount()).isEqualTo(2);
    }

    /** An agent that makes a new key at each attempt alternates all the same. */
    @Test
    void a_cloned_vtpm_is_found_out_by_keys_that_come_back_too() throws Exception {
        try (Node copy = node.cloned().boot("kernel 6.8")) {
            node.powerCycle();
            node.boot("kernel 6.8");
            NodeClient clone = new NodeClient(copy);
            TlsKey one = certified();
            TlsKey two = clone.key.with(NodeClient.certificates(clone.attest(gateway)));
            refusedToServe("superseded", one);
            client.key = TlsKey.fresh();
            certified();
            refusedToServe("superseded", two);
            clone.key = TlsKey.fresh();

            assertThat(reason(failure(() -> clone.attest(gateway)))).isEqualTo("suspected-clone");
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
        assertThat(renewal(renewed)).isEqualTo("pcr-mismatch");
    }

    @Test
    void a_gateway_whose_clock_was_set_forward_says_so() throws Exception {
        TlsKey certified = certified();
        gateway.clockOff(Duration.ofHours(1));

        refusedToServe("clock", certified);
        assertThat(gateway.last("serve").orElseThrow().reason()).contains("set forward while it ran");
        gateway.clockOff(Duration.ofHours(-1));
        refusedToServe("clock", certified);
        gateway.clockOff(Duration.ZERO);
        try (ServeClient serve = ServeClient.open(gateway, certified)) {
            assertThat(serve.wrap(new byte[32]).hasWrapped()).isTrue();
        }
    }

    @Test
    void the_renewal_of_another_nodes_certificate_is_refused() throws Exception {
        TlsKey certified = certified();
        client.init = honest ->
                honest.toBuilder().setNode(ByteString.copyFrom(new byte[16])).build();

        assertThat(renewal(certified)).isEqualTo("protocol");
        assertThat(gateway.last("renew").orElseThrow().reason()).startsWith("protocol: ");
    }

    @Test
    void after_a_re_baseline_only_a_full_attestation_helps() throws Exception {
        TlsKey certified = certified();
        fleet.rebaseline(enrolled.id(), Optional.empty());

        assertThat(renewal(certified)).isEqualTo("attest-anew");
        assertThat(client.attest(gateway).getCertificatesCount()).isEqualTo(2);
    }

    @Test
    void an_agent_that_was_told_more_is_sent_to_another_gateway() throws Exception {
        try (ServeClient serve = ServeClient.open(
                gateway.servicePort(),
                certified(),
                gateway.roots().certificates(),
                fleet.view().serial() + 1)) {
            assertThat(reason(serve.end())).isEqualTo("store-stale");
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

        assertThat(reason(failure(() -> client.attest(gateway)))).isEqualTo("challenge-expired");
        assertThat(gateway.last("attest").orElseThrow().reason()).startsWith("challenge-expired: ");
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
            fleet.allowPending();
            assertThat(reason(failure(() -> client.attest(gateway)))).isEqualTo("pending");
            assertThat(fleet.claimants()).singleElement().satisfies(claimant -> {
                assertThat(claimant.ek()).isEqualTo(client.ek());
                assertThat(claimant.hostName()).isEqualTo("node-1");
                assertThat(claimant.source()).isEqualTo("127.0.0.1");
            });
        }
    }

    private TestGateway start(GatewayLimits limits) throws Exception {
        return TestGateway.start(
                fleet, new ByTenant(Map.of(TenantId.DEFAULT, dek, OTHER, othersDek)), TestGateway.memoryKeys(), limits);
    }

    private static GatewayLimits limits(int inFlight, Duration challenge, Duration policyGrace) {
        GatewayLimits preset = GatewayLimits.DEFAULT;
        return new GatewayLimits(
                preset.connections(),
                preset.attestations(),
                preset.attestationsPerSource(),
                inFlight,
                challenge,
                policyGrace,
                preset.connectionAge(),
                preset.drain());
    }

    private TlsKey certified() throws Exception {
        Granted granted = client.attest(gateway);
        return client.key.with(NodeClient.certificates(granted));
    }

    private void refusedToServe(String code, TlsKey key) throws Exception {
        long before = refusals(code);
        int wrapped = dek.wraps().size();
        try (ServeClient serve = ServeClient.open(gateway, key)) {
            Throwable end = serve.end();
            assertThat(reason(end)).as("%s", end).isEqualTo(code);
        }
        assertThat(dek.wraps()).hasSize(wrapped);
        await().until(() -> refusals(code) > before);
    }

    private long refusals(String code) {
        return gateway.audited().stream()
                .filter(event -> event.outcome() == Outcome.REFUSED
                        && event.caller().startsWith("node:" + enrolled.id())
                        && event.reason().startsWith(code + ": "))
                .map(AuditEvent::action)
                .count();
    }

    private String renewal(TlsKey certified) throws Exception {
        return reason(failure(() -> client.renew(gateway, certified)));
    }

    private interface Attempt {
        void make() throws Exception;
    }

    private static StatusException failure(Attempt attempt) {
        StatusException[] failure = new StatusException[1];
        assertThatExceptionOfType(StatusException.class)
                .isThrownBy(attempt::make)
                .satisfies(e -> failure[0] = e);
        return failure[0];
    }

    private static String reason(Throwable end) {
        assertThat(Status.fromThrowable(end).getCode()).as("%s", end).isEqualTo(Status.Code.PERMISSION_DENIED);
        return end instanceof StatusRuntimeException runtime
                ? runtime.getTrailers().get(Denied.REASON)
                : ((StatusException) end).getTrailers().get(Denied.REASON);
    }

    /** A keyring for each tenant, as the real one has it. */
    private record ByTenant(Map<TenantId, MemoryDekService> keyrings) implements DekService {
        @Override
        public dev.kekkai.dek.Status status(TenantId tenant) throws DekException {
            return keyrings.get(tenant).status(tenant);
        }

        @Override
        public CompletionStage<WrappedDek> wrap(WrapRequest request) {
            return keyrings.get(request.caller().tenant()).wrap(request);
        }

        @Override
        public CompletionStage<Secret> unwrap(UnwrapRequest request) {
            return keyrings.get(request.caller().tenant()).unwrap(request);
        }
    }
}
