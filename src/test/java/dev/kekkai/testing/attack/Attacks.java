package dev.kekkai.testing.attack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import dev.kekkai.id.NodeId;
import dev.kekkai.testing.attestation.Node;
import dev.kekkai.testing.gateway.NodeClient;
import dev.kekkai.testing.gateway.NodeClient.Talk;
import dev.kekkai.testing.gateway.ServeClient;
import dev.kekkai.testing.gateway.TlsKey;
import dev.kekkai.tpm.structure.AkTemplate;
import dev.kekkai.tpm.structure.EccParameters;
import dev.kekkai.tpm.structure.EccPoint;
import dev.kekkai.tpm.structure.HashAlg;
import dev.kekkai.tpm.structure.PublicArea;
import dev.kekkai.wire.gateway.v1.Granted;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/**
 * A node with a TPM of its own that is let in, and what is asserted when one thing is changed in that: what it is told and what is recorded name the same
 * reason, the record names the same machine, and nobody was given anything.
 */
abstract class Attacks {
    static final String KERNEL = "kernel 6.8";
    private static final Metadata.Key<String> REASON =
            Metadata.Key.of("kekkai-reason", Metadata.ASCII_STRING_MARSHALLER);

    protected Target target;
    protected Node node;
    protected NodeClient client;
    protected NodeId enrolled;

    /** The gateway that this test attacks. */
    protected abstract Target attacked() throws Exception;

    @BeforeEach
    void a_node_that_is_let_in() throws Exception {
        target = attacked();
        node = Node.blank().boot(KERNEL);
        client = new NodeClient(node);
        enrolled = target.enroll(client.ek());
        target.accept(enrolled, client.policy());
        assertThat(attest(client).getCertificatesCount()).isEqualTo(2);
        target.rebaseline(enrolled);
    }

    @AfterEach
    void its_tpm_is_gone() throws Exception {
        node.close();
    }

    /** What an attacker tries. */
    protected interface Attempt {
        void make() throws Exception;
    }

    protected Granted attest(NodeClient who) throws Exception {
        return who.attest(target.attestPort(), target.roots());
    }

    protected TlsKey certified(NodeClient who) throws Exception {
        return who.key.with(NodeClient.certificates(attest(who)));
    }

    protected Granted renew(TlsKey certified) throws Exception {
        return client.renew(target.servicePort(), target.roots(), certified);
    }

    protected ServeClient serve(TlsKey key) throws Exception {
        return ServeClient.open(target.servicePort(), key, target.roots());
    }

    protected Talk talk() throws Exception {
        return Talk.to(client.key.channel(target.attestPort(), target.roots()), true);
    }

    protected String theNode() {
        return "node:" + enrolled;
    }

    protected void refused(String code) throws Exception {
        refused(code, () -> attest(client));
    }

    protected void refused(String code, Attempt attempt) throws Exception {
        refused(code, "attest", theNode(), attempt);
    }

    /** Makes the attempt, which has to be refused for that reason, and recorded as one of that action of that machine. */
    protected void refused(String code, String action, String who, Attempt attempt) throws Exception {
        int before = target.records().size();
        String certified = certified();

        StatusException answer = failure(attempt);

        assertThat(reason(answer.getStatus(), answer.getTrailers()))
                .as("%s", answer.getStatus())
                .isEqualTo(code);
        recorded(code, action, who, before, certified);
    }

    /** Asks for service with that certificate, which has to be refused for that reason. */
    protected void refusedToServe(String code, TlsKey key) throws Exception {
        int before = target.records().size();
        String certified = certified();

        try (ServeClient serve = serve(key)) {
            Throwable end = serve.end();
            assertThat(reason(Status.fromThrowable(end), Status.trailersFromThrowable(end)))
                    .as("%s", end)
                    .isEqualTo(code);
        }
        recorded(code, "serve", theNode(), before, certified);
    }

    private void recorded(String code, String action, String who, int before, String certified) throws Exception {
        await().untilAsserted(() -> assertThat(since(before))
                .filteredOn(record -> record.refusal(code))
                .isNotEmpty()
                .allSatisfy(record -> assertThat(record.action()).isEqualTo(action))
                .allSatisfy(record -> assertThat(record.who()).isEqualTo(who)));
        assertThat(since(before)).as("what anybody was given").noneMatch(Recorded::grant);
        assertThat(certified()).as("the node's certificate").isEqualTo(certified);
    }

    /** The last refusal for that reason, as it was recorded. */
    protected String recordedReason(String code) throws Exception {
        return target.records().stream()
                .filter(record -> record.refusal(code))
                .toList()
                .getLast()
                .reason();
    }

    private List<Recorded> since(int before) throws Exception {
        List<Recorded> all = target.records();
        return all.subList(before, all.size());
    }

    private String certified() throws Exception {
        return target.seen(enrolled).map(Target.Seen::certified).orElseThrow();
    }

    private static String reason(Status status, Metadata trailers) {
        assertThat(status.getCode()).as("%s", status).isEqualTo(Status.Code.PERMISSION_DENIED);
        return trailers.get(REASON);
    }

    protected static StatusException failure(Attempt attempt) throws Exception {
        List<StatusException> failures = new ArrayList<>();
        try {
            attempt.make();
        } catch (StatusException e) {
            failures.add(e);
        }
        assertThat(failures).as("refused").hasSize(1);
        return failures.getFirst();
    }

    protected void theUnchangedRunPasses() throws Exception {
        NodeClient unchanged = new NodeClient(node);
        unchanged.key = client.key;
        assertThat(attest(unchanged).getCertificatesCount()).isEqualTo(2);
    }

    /** Starts the machine anew, with what it always boots. */
    protected void bootedAnew() throws Exception {
        node.powerCycle();
        node.boot(KERNEL);
    }

    /** Our template with other attributes. */
    protected static PublicArea ak(int attributes) {
        PublicArea sound = AkTemplate.template();
        return new PublicArea(sound.nameAlg(), attributes, sound.authPolicy(), sound.parameters());
    }

    /** Our template in all that a public area shows: the TPM makes another key of it, by another word in {@code unique}. */
    protected static PublicArea anotherAk() {
        PublicArea ours = AkTemplate.template();
        EccParameters parameters = (EccParameters) ours.parameters();
        return new PublicArea(
                ours.nameAlg(),
                ours.attributes(),
                ours.authPolicy(),
                new EccParameters(
                        parameters.symmetric(),
                        parameters.scheme(),
                        parameters.curve(),
                        parameters.kdf(),
                        new EccPoint(
                                HashAlg.SHA256.digest("another".getBytes(StandardCharsets.US_ASCII)), new byte[32])));
    }

    protected static ByteString flipped(ByteString bytes, int at) {
        byte[] flipped = bytes.toByteArray();
        flipped[at] ^= 1;
        return ByteString.copyFrom(flipped);
    }

    protected static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new SecureRandom().nextBytes(bytes);
        return bytes;
    }

    protected static ByteString bytes(UUID uuid) {
        return ByteString.copyFrom(ByteBuffer.allocate(16)
                .putLong(uuid.getMostSignificantBits())
                .putLong(uuid.getLeastSignificantBits())
                .array());
    }
}
