package dev.kekkai.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import dev.kekkai.audit.AuditEvent;
import dev.kekkai.id.TenantId;
import dev.kekkai.identity.NodeName;
import dev.kekkai.testing.attestation.Node;
import dev.kekkai.testing.dek.MemoryDekService;
import dev.kekkai.testing.fleet.MemoryFleet;
import dev.kekkai.testing.gateway.NodeClient;
import dev.kekkai.testing.gateway.ServeClient;
import dev.kekkai.testing.gateway.TestGateway;
import dev.kekkai.testing.gateway.TlsKey;
import dev.kekkai.wire.gateway.v1.Answer;
import dev.kekkai.wire.gateway.v1.Granted;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** From an enrolled node to its DEK and back, over real sockets, with a TPM of its own. */
class TheWholeWayTest {
    private final MemoryFleet fleet = new MemoryFleet();
    private final MemoryDekService dek = new MemoryDekService();
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
        gateway = TestGateway.start(fleet, dek);
    }

    @AfterEach
    void are_gone() throws Exception {
        gateway.close();
        node.close();
    }

    @Test
    void a_node_attests_wraps_and_unwraps() throws Exception {
        Granted granted = client.attest(gateway);
        TlsKey certified = client.key.with(NodeClient.certificates(granted));

        try (ServeClient serve = ServeClient.open(gateway, certified)) {
            byte[] secret = "a data-encryption key of 32 bytes".getBytes(StandardCharsets.UTF_8);
            Answer wrapped = serve.wrap(secret);
            ByteString envelope = wrapped.getWrapped().getEnvelope();
            Answer opened = serve.unwrap(envelope, wrapped.getWrapped().getKeyId());

            assertThat(opened.getOpened().getDek().toByteArray()).isEqualTo(secret);
            assertThat(envelope.toByteArray()).isNotEqualTo(secret);
            await().until(() -> !serve.told().isEmpty());
            assertThat(serve.told().getFirst().getHealthy()).isTrue();
            assertThat(serve.told().getFirst().getKeyId())
                    .isEqualTo(wrapped.getWrapped().getKeyId());
            assertThat(serve.told().getFirst().getServerRootsCount())
                    .as("two roots, and the active one's word for the other")
                    .isEqualTo(3);
        }
        assertThat(NodeName.of(certified.chain().getFirst())).contains(new NodeName(TenantId.DEFAULT, enrolled.id()));
        assertThat(gateway.last("attest").orElseThrow().outcome()).isEqualTo(AuditEvent.Outcome.DONE);
        assertThat(gateway.last("issue").orElseThrow().caller().name())
                .contains(enrolled.id().toString());
        assertThat(fleet.view().node(enrolled.id()).orElseThrow().pinnedAk()).isPresent();
        assertThat(fleet.observed(enrolled.id()).orElseThrow().verdict())
                .as("the PCRs, for policy diff")
                .contains("\"pcrs\":");
        assertThat(dek.wraps())
                .singleElement()
                .satisfies(request -> assertThat(request.caller().tenant()).isEqualTo(TenantId.DEFAULT));
        assertThat(dek.unwrapped())
                .allSatisfy(each -> assertThat(each.isDestroyed()).isTrue());
    }

    @Test
    void a_node_renews_with_a_quote_alone() throws Exception {
        TlsKey certified = client.key.with(NodeClient.certificates(client.attest(gateway)));
        client.opening = credential -> {
            throw new AssertionError("nothing is opened in a renewal");
        };

        TlsKey renewed = client.key.with(NodeClient.certificates(client.renew(gateway, certified)));

        assertThat(renewed.chain().getFirst().getSerialNumber())
                .isNotEqualTo(certified.chain().getFirst().getSerialNumber());
        assertThat(renewed.chain().getFirst().getPublicKey())
                .isEqualTo(certified.chain().getFirst().getPublicKey());
        assertThat(gateway.last("renew").orElseThrow().outcome()).isEqualTo(AuditEvent.Outcome.DONE);
        try (ServeClient serve = ServeClient.open(gateway, renewed)) {
            assertThat(serve.wrap(new byte[32]).hasWrapped()).isTrue();
        }
    }
}
