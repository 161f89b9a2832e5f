package dev.kekkai.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import dev.kekkai.audit.AuditEvent.Outcome;
import dev.kekkai.dek.DekException;
import dev.kekkai.dek.DekService;
import dev.kekkai.dek.UnwrapRequest;
import dev.kekkai.dek.WrapRequest;
import dev.kekkai.dek.WrappedDek;
import dev.kekkai.id.TenantId;
import dev.kekkai.secret.Secret;
import dev.kekkai.testing.attestation.Node;
import dev.kekkai.testing.dek.MemoryDekService;
import dev.kekkai.testing.fleet.MemoryFleet;
import dev.kekkai.testing.gateway.NodeClient;
import dev.kekkai.testing.gateway.ServeClient;
import dev.kekkai.testing.gateway.TestGateway;
import dev.kekkai.testing.gateway.TlsKey;
import dev.kekkai.wire.gateway.v1.Granted;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A gateway with keyrings of two tenants, and an enrolled node of the one. */
abstract class Served {
    static final TenantId OTHER = new TenantId(UUID.randomUUID());

    final MemoryFleet fleet = new MemoryFleet();
    final MemoryDekService dek = new MemoryDekService();
    final MemoryDekService othersDek = new MemoryDekService();
    Node node;
    NodeClient client;
    dev.kekkai.fleet.Node enrolled;
    TestGateway gateway;

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

    TestGateway start(GatewayLimits limits) throws Exception {
        return TestGateway.start(
                fleet, new ByTenant(Map.of(TenantId.DEFAULT, dek, OTHER, othersDek)), TestGateway.memoryKeys(), limits);
    }

    static GatewayLimits limits(int inFlight, Duration challenge, Duration policyGrace) {
        GatewayLimits preset = GatewayLimits.DEFAULT;
        return new GatewayLimits(
                preset.connections(),
                preset.attestations(),
                preset.attestationsPerSource(),
                inFlight,
                challenge,
                policyGrace,
                preset.connectionAge(),
                preset.attestAge(),
                preset.ageGrace(),
                preset.drain());
    }

    TlsKey certified() throws Exception {
        Granted granted = client.attest(gateway);
        return client.key.with(NodeClient.certificates(granted));
    }

    void refusedToServe(String code, TlsKey key) throws Exception {
        long before = refusals("serve", code);
        int wrapped = dek.wraps().size();
        try (ServeClient serve = ServeClient.open(gateway, key)) {
            sentAway(code, serve);
        }
        assertThat(dek.wraps()).hasSize(wrapped);
        await().until(() -> refusals("serve", code) > before);
    }

    /** The stream ends for that reason, and that is on record. */
    void sentAway(String code, ServeClient serve) throws Exception {
        Throwable end = serve.end();
        assertThat(reason(end)).as("%s", end).isEqualTo(code);
        await().until(() -> refusals("serve", code) > 0);
    }

    void refusedToRenew(String code, TlsKey certified) throws Exception {
        refused("renew", code, () -> client.renew(gateway, certified));
    }

    void refusedToAttest(String code) throws Exception {
        refused("attest", code, () -> client.attest(gateway));
    }

    void refused(String action, String code, Attempt attempt) throws Exception {
        long before = refusals(action, code);
        assertThat(reason(failure(attempt))).isEqualTo(code);
        await().until(() -> refusals(action, code) == before + 1);
    }

    /** How many are on record of the node. */
    long refusals(String action, String code) {
        return gateway.audited().stream()
                .filter(event -> event.action().equals(action)
                        && event.outcome() == Outcome.REFUSED
                        && event.caller().name().startsWith("node:" + enrolled.id())
                        && event.reason().startsWith(code + ": "))
                .count();
    }

    interface Attempt {
        void make() throws Exception;
    }

    static StatusException failure(Attempt attempt) {
        StatusException[] failure = new StatusException[1];
        assertThatExceptionOfType(StatusException.class)
                .isThrownBy(attempt::make)
                .satisfies(e -> failure[0] = e);
        return failure[0];
    }

    static String reason(Throwable end) {
        String reason = end instanceof StatusRuntimeException runtime
                ? runtime.getTrailers().get(Denied.REASON)
                : ((StatusException) end).getTrailers().get(Denied.REASON);
        assertThat(Status.fromThrowable(end).getCode())
                .as("%s", end)
                .isEqualTo("challenge-expired".equals(reason) ? Status.Code.ABORTED : Status.Code.PERMISSION_DENIED);
        return reason;
    }

    /** A keyring for each tenant, as the real one has it. */
    record ByTenant(Map<TenantId, MemoryDekService> keyrings) implements DekService {
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
