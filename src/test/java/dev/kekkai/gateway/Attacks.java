package dev.kekkai.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import dev.kekkai.audit.AuditEvent.Outcome;
import dev.kekkai.id.TenantId;
import dev.kekkai.testing.attestation.Node;
import dev.kekkai.testing.dek.MemoryDekService;
import dev.kekkai.testing.fleet.MemoryFleet;
import dev.kekkai.testing.gateway.NodeClient;
import dev.kekkai.testing.gateway.NodeClient.Talk;
import dev.kekkai.testing.gateway.TestGateway;
import dev.kekkai.tpm.command.LoadedObject;
import dev.kekkai.tpm.structure.AkTemplate;
import dev.kekkai.tpm.structure.HashAlg;
import dev.kekkai.tpm.structure.Hierarchy;
import dev.kekkai.tpm.structure.PublicArea;
import dev.kekkai.wire.gateway.v1.Evidence;
import io.grpc.Status;
import io.grpc.StatusException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A node that is let in, and what is asserted when one thing is changed in that: what it is told and what is recorded name the same reason. */
abstract class Attacks {
    final MemoryFleet fleet = new MemoryFleet();
    final MemoryDekService dek = new MemoryDekService();
    Node node;
    NodeClient client;
    dev.kekkai.fleet.Node enrolled;
    TestGateway gateway;

    @BeforeEach
    void a_node_that_is_let_in() throws Exception {
        node = Node.blank().boot("kernel 6.8");
        client = new NodeClient(node);
        enrolled = fleet.enroll(TenantId.DEFAULT, "node-1", client.ek());
        fleet.policy(TenantId.DEFAULT, client.policy());
        gateway = TestGateway.start(fleet, dek);
        assertThat(client.attest(gateway).getCertificatesCount()).isEqualTo(2);
        fleet.rebaseline(enrolled.id(), Optional.empty());
    }

    @AfterEach
    void all_is_gone() throws Exception {
        gateway.close();
        node.close();
    }

    interface Attempt {
        void make() throws Exception;
    }

    void refused(String code) throws Exception {
        refused(code, () -> client.attest(gateway));
    }

    void refused(String code, Attempt attempt) throws Exception {
        long before = refusals(code);

        StatusException answer = failure(attempt);

        assertThat(answer.getTrailers().get(Denied.REASON))
                .as("%s", answer.getStatus())
                .isEqualTo(code);
        assertThat(answer.getStatus().getCode()).isEqualTo(Status.Code.PERMISSION_DENIED);
        await().until(() -> refusals(code) == before + 1);
    }

    long refusals(String code) {
        return gateway.audited().stream()
                .filter(event -> event.action().equals("attest")
                        && event.outcome() == Outcome.REFUSED
                        && event.reason().startsWith(code + ": "))
                .count();
    }

    static StatusException failure(Attempt attempt) throws Exception {
        List<StatusException> failures = new ArrayList<>();
        try {
            attempt.make();
        } catch (StatusException e) {
            failures.add(e);
        }
        assertThat(failures).as("refused").hasSize(1);
        return failures.getFirst();
    }

    void theUnchangedRunPasses() throws Exception {
        NodeClient unchanged = new NodeClient(node);
        unchanged.key = client.key;
        assertThat(unchanged.attest(gateway).getCertificatesCount()).isEqualTo(2);
    }

    Talk talk() throws Exception {
        return Talk.to(client.key.channel(gateway.attestPort(), gateway.roots().certificates()), true);
    }

    NodeClient.Step<byte[], Evidence> quotingOf(HashAlg bank, int... pcrs) {
        return data -> {
            try (LoadedObject ak = node.key(Hierarchy.ENDORSEMENT, AkTemplate.template())) {
                return client.quote(ak, data, bank, pcrs);
            }
        };
    }

    static dev.kekkai.attestation.pcr.Digest measured(String what) {
        return dev.kekkai.attestation.pcr.Digest.of(
                HashAlg.SHA256, HashAlg.SHA256.digest(what.getBytes(java.nio.charset.StandardCharsets.UTF_8)));
    }

    static PublicArea ak(int attributes) {
        PublicArea sound = AkTemplate.template();
        return new PublicArea(sound.nameAlg(), attributes, sound.authPolicy(), sound.parameters());
    }

    static ByteString flipped(ByteString bytes, int at) {
        byte[] flipped = bytes.toByteArray();
        flipped[at] ^= 1;
        return ByteString.copyFrom(flipped);
    }

    static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new SecureRandom().nextBytes(bytes);
        return bytes;
    }

    static ByteString bytes(UUID uuid) {
        return ByteString.copyFrom(java.nio.ByteBuffer.allocate(16)
                .putLong(uuid.getMostSignificantBits())
                .putLong(uuid.getLeastSignificantBits())
                .array());
    }
}
