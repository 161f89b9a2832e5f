package dev.kekkai.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.kekkai.attestation.ProtocolVersion;
import dev.kekkai.attestation.Transcript;
import dev.kekkai.id.TenantId;
import dev.kekkai.secret.Secret;
import dev.kekkai.testing.attestation.Node;
import dev.kekkai.testing.fleet.MemoryFleet;
import dev.kekkai.testing.gateway.NodeClient;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a gateway is left with when it has challenged somebody who has shown nothing yet. */
class ReceptionTest {
    private final MemoryFleet fleet = new MemoryFleet();
    private final AtomicLong nanos = new AtomicLong();
    private final SerialWatch serials = new SerialWatch(fleet, nanos::get);
    private final Recorded random = new Recorded();
    private Node node;
    private NodeClient client;
    private Peer peer;

    @BeforeEach
    void an_enrolled_node() throws Exception {
        node = Node.blank().boot("kernel 6.8");
        client = new NodeClient(node);
        fleet.enroll(TenantId.DEFAULT, "node-1", client.ek());
        fleet.policy(TenantId.DEFAULT, client.policy());
        X509Certificate certificate = client.key.chain().getFirst();
        peer = new Peer(
                certificate,
                HexFormat.of().formatHex(client.hello().getTlsKey().toByteArray()),
                new byte[Transcript.EXPORTER_LENGTH],
                certificate.getEncoded(),
                "192.0.2.1",
                System.nanoTime(),
                Duration.ofHours(1));
    }

    @AfterEach
    void is_gone() throws Exception {
        node.close();
    }

    /** Else whoever ends its stream while its evidence is judged has it judged by a key of zeros. */
    @Test
    void the_secret_does_not_outlive_the_challenge_and_what_is_demanded_was_made_with_it() throws Exception {
        ByteString init = client.hello().toByteString();

        Challenged challenged = reception().attestation(init, peer);

        Recorded.Lent secret = random.given.getFirst();
        assertThat(secret.then()).hasSize(32).isNotEqualTo(new byte[32]);
        assertThat(secret.itself()).isEqualTo(new byte[32]);
        assertThat(challenged.qualifyingData())
                .isEqualTo(Transcript.of(
                                init.toByteArray(),
                                challenged.wire(),
                                peer.exporter(),
                                peer.spki(),
                                peer.serverCertificate())
                        .attestation(Secret.owning(secret.then())));
    }

    /** It copies the claim of the only node there is, which would be believed. */
    @Test
    void a_stranger_that_was_told_more_stops_nobody() throws Exception {
        ByteString init = client.hello().toBuilder()
                .setAuthoritySerial(Long.MAX_VALUE)
                .build()
                .toByteString();
        for (int minute = 0; minute < 3; minute++) {
            assertThat(reception().attestation(init, peer).serial()).isEqualTo(Long.MAX_VALUE);
            nanos.addAndGet(Duration.ofMinutes(1).toNanos());
        }

        assertThat(serials.rolledBack(TenantId.DEFAULT)).isEmpty();
    }

    private Reception reception() {
        ClockWatch clock = new ClockWatch(InstantSource.system());
        Sightings sightings = new Sightings(fleet, "gateway-1");
        return new Reception(
                fleet,
                tenant -> TenantTrust.VOUCHED,
                new Gate(fleet, clock, new PolicyWatch(Duration.ZERO, clock::now), sightings),
                sightings,
                serials,
                clock,
                new Challenges(random, ProtocolVersion.CURRENT),
                new Register(event -> {}, Runnable::run),
                Duration.ofSeconds(30));
    }

    /** True randomness that remembers which arrays it filled. */
    private static final class Recorded extends SecureRandom {
        record Lent(byte[] itself, byte[] then) {}

        private static final long serialVersionUID = 1;
        private final transient List<Lent> given = new ArrayList<>();

        @Override
        public void nextBytes(byte[] bytes) {
            super.nextBytes(bytes);
            given.add(new Lent(bytes, bytes.clone()));
        }
    }
}
