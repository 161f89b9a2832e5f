package dev.kekkai.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.kekkai.id.NodeId;
import dev.kekkai.testing.attack.InItsOwnProcess;
import dev.kekkai.testing.attack.Target;
import dev.kekkai.testing.attack.UsedCertificates;
import dev.kekkai.testing.attestation.Node;
import dev.kekkai.testing.gateway.NodeClient;
import dev.kekkai.testing.gateway.ServeClient;
import dev.kekkai.wire.gateway.v1.Answer;
import dev.kekkai.wire.gateway.v1.Failure;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Attacks by who has a certificate or had one, on a gateway as an operator runs it. */
class UsedCertificateIT extends UsedCertificates {
    private final InItsOwnProcess gateway = InItsOwnProcess.shared();

    @Override
    protected Target attacked() {
        return gateway;
    }

    /** Two nodes that are let in, each served with its own tenant's key, and one asks for what the other wrapped. */
    @Test
    void the_key_of_another_tenant_is_refused() throws Exception {
        try (Node machine = Node.blank().boot("kernel 6.8")) {
            NodeClient others = new NodeClient(machine);
            NodeId other = gateway.enroll("other", others.ek());
            gateway.accept("other", other, others.policy());
            try (ServeClient ours = serve(certified(client));
                    ServeClient theirs = serve(certified(others))) {
                Answer wrapped = ours.wrap(new byte[32]);
                assertThat(unwrapped(ours, wrapped).hasOpened()).isTrue();
                assertThat(unwrapped(theirs, theirs.wrap(new byte[32])).hasOpened())
                        .as("with its own tenant's key")
                        .isTrue();

                Answer refused = unwrapped(theirs, wrapped);

                assertThat(refused.getFailure().getKind()).isEqualTo(Failure.Kind.UNKNOWN_KEY);
                assertThat(refused.hasOpened()).isFalse();
            }
            await().untilAsserted(() -> assertThat(unwrapsOf(other))
                    .filteredOn(record -> record.get("outcome").asText().equals("refused"))
                    .singleElement()
                    .satisfies(record -> assertThat(record.get("tenant").asText())
                            .isEqualTo(InItsOwnProcess.OTHER.value().toString()))
                    .satisfies(
                            record -> assertThat(record.get("reason").asText()).contains("KEK version")));
        }
    }

    private static Answer unwrapped(ServeClient by, Answer wrapped) throws Exception {
        return by.unwrap(
                wrapped.getWrapped().getEnvelope(), wrapped.getWrapped().getKeyId());
    }

    private List<JsonNode> unwrapsOf(NodeId node) throws Exception {
        return gateway.host().installation().audit().stream()
                .filter(record -> record.get("action").asText().equals("unwrap")
                        && record.get("caller").path("node").asText().equals(node.toString()))
                .toList();
    }
}
