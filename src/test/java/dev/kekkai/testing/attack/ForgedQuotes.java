package dev.kekkai.testing.attack;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.kekkai.attestation.pcr.Digest;
import dev.kekkai.attestation.policy.Rule;
import dev.kekkai.id.TenantId;
import dev.kekkai.testing.attestation.Node;
import dev.kekkai.testing.dek.MemoryDekService;
import dev.kekkai.testing.fleet.MemoryFleet;
import dev.kekkai.testing.gateway.NodeClient;
import dev.kekkai.testing.gateway.NodeClient.Talk;
import dev.kekkai.testing.gateway.TestGateway;
import dev.kekkai.testing.gateway.TlsKey;
import dev.kekkai.tpm.command.LoadedObject;
import dev.kekkai.tpm.structure.AkTemplate;
import dev.kekkai.tpm.structure.HashAlg;
import dev.kekkai.tpm.structure.Hierarchy;
import dev.kekkai.tpm.structure.ObjectAttributes;
import dev.kekkai.wire.gateway.v1.Evidence;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Attacks at the attest port by what is quoted. Each changes one thing in a run that is accepted otherwise, on a TPM of its own, over real TLS; the run without the change still passes. */
public abstract class ForgedQuotes extends Attacks {
    @Test
    void an_attest_that_an_unrestricted_key_signed_is_refused() throws Exception {
        byte[] sound = node.pcrs(HashAlg.SHA256, NodeClient.pcrs());
        node.measure(4, "bootkit");
        try (LoadedObject key =
                node.key(Hierarchy.ENDORSEMENT, ak(AkTemplate.ATTRIBUTES & ~ObjectAttributes.RESTRICTED))) {
            client.quoting = data -> {
                byte[] attest = client.honestQuote(data).getAttest().toByteArray();
                byte[] lie = HashAlg.SHA256.digest(sound);
                System.arraycopy(lie, 0, attest, attest.length - lie.length, lie.length);
                return NodeClient.evidence(attest, node.sign(key, attest).bytes(), sound, node.eventLog());
            };
            refused("signature");

            ByteString claimed = ByteString.copyFrom(key.publicArea().bytes());
            client.init = honest -> honest.toBuilder().setAkPublic(claimed).build();
            refused("ak-template");
        }
        bootedAnew();
        theUnchangedRunPasses();
    }

    @Test
    void a_replayed_quote_is_refused_on_another_channel() throws Exception {
        Evidence[] first = new Evidence[1];
        client.evidence = sent -> first[0] = sent;
        attest(client);
        client.evidence = sent -> first[0];

        refused("extra-data");
        theUnchangedRunPasses();
    }

    /** The second challenge of a stream would be one to choose from. */
    @Test
    void a_second_challenge_on_the_same_stream_is_refused() throws Exception {
        try (Talk talk = talk()) {
            byte[] hello = client.hello().toByteArray();
            talk.challenge(hello);

            refused("protocol", () -> talk.challenge(hello));
        }
        theUnchangedRunPasses();
    }

    @Test
    void an_answer_to_another_streams_challenge_is_refused() throws Exception {
        try (Talk one = talk();
                Talk other = talk()) {
            byte[] hello = client.hello().toByteArray();
            byte[] challenge = one.challenge(hello);
            other.challenge(hello);
            Evidence answer = client.evidenceFor(other, hello, challenge);

            refused("extra-data", () -> other.show(answer));
        }
        theUnchangedRunPasses();
    }

    /** The same connection, so that nothing but the challenge is another. */
    @Test
    void an_answer_to_a_challenge_before_is_refused_on_the_same_connection() throws Exception {
        try (Talk one = talk()) {
            byte[] hello = client.hello().toByteArray();
            Evidence answer = client.evidenceFor(one, hello, one.challenge(hello));
            Talk next = one.another();
            next.challenge(hello);

            refused("extra-data", () -> next.show(answer));
            assertThat(client.run(one.another()).getCertificatesCount()).isEqualTo(2);
        }
    }

    @Test
    void evidence_without_a_challenge_is_refused() throws Exception {
        try (Talk talk = talk()) {
            refused("protocol", "attest", "unknown", () -> talk.show(Evidence.getDefaultInstance()));
        }
        theUnchangedRunPasses();
    }

    @Test
    void a_quote_over_another_channels_exporter_is_refused() throws Exception {
        client.channel = seen -> new NodeClient.Seen(random(32), seen.clientSpki(), seen.serverCertificate());

        refused("extra-data");
        theUnchangedRunPasses();
    }

    /** Who stands in the middle has a channel of its own to each side, and the node speaks of the one that it has. */
    @Test
    void a_relay_in_the_middle_is_refused() throws Exception {
        MemoryFleet believed = new MemoryFleet();
        believed.enroll(TenantId.DEFAULT, "node-1", client.ek());
        believed.policy(TenantId.DEFAULT, client.policy());
        TlsKey relays = TlsKey.fresh();
        try (TestGateway pretended = TestGateway.start(believed, new MemoryDekService());
                Talk nodes = Talk.to(
                        client.key.channel(
                                pretended.attestPort(), pretended.roots().certificates()),
                        true);
                Talk relay = Talk.to(relays.channel(target.attestPort(), target.roots()), true)) {
            byte[] claim = client.hello().toByteArray();
            nodes.challenge(claim);
            refused("tls-key", () -> Talk.to(relays.channel(target.attestPort(), target.roots()), true)
                    .challenge(claim));

            // So the relay passes the node's claim on with its own TLS key in it.
            byte[] passedOn = client.hello().toBuilder()
                    .setTlsKey(ByteString.copyFrom(
                            HashAlg.SHA256.digest(relays.pair().getPublic().getEncoded())))
                    .build()
                    .toByteArray();
            byte[] challenge = relay.challenge(passedOn);
            // What the node answers is about the channel that it sees, even if it is made to believe both messages.
            Evidence answer = client.evidenceFor(nodes, passedOn, challenge);
            refused("extra-data", () -> relay.show(answer));
        }
        theUnchangedRunPasses();
    }

    @Test
    void a_wrong_pcr_is_refused_by_its_number() throws Exception {
        node.measure(4, "bootkit");

        refused("pcr-mismatch");
        assertThat(recordedReason("pcr-mismatch")).contains("PCR 4");
        assertThat(target.seen(enrolled).orElseThrow())
                .satisfies(seen -> assertThat(seen.accepted()).isFalse())
                .satisfies(seen -> assertThat(seen.verdict()).contains("pcr-mismatch"));
        bootedAnew();
        theUnchangedRunPasses();
    }

    @Test
    void fewer_pcrs_than_asked_for_are_refused() throws Exception {
        client.quoting = quotingOf(HashAlg.SHA256, 0, 2, 7);

        refused("pcr-selection");
        theUnchangedRunPasses();
    }

    @Test
    void another_bank_is_refused() throws Exception {
        client.quoting = quotingOf(HashAlg.SHA1, NodeClient.pcrs());

        refused("pcr-bank");
        theUnchangedRunPasses();
    }

    @Test
    void pcrs_into_which_nothing_was_measured_are_refused() throws Exception {
        node.powerCycle();

        refused("pcr-zero");
        node.boot(KERNEL);
        theUnchangedRunPasses();
    }

    @Test
    void pcr_values_that_the_tpm_did_not_sign_are_refused() throws Exception {
        ByteString sound = ByteString.copyFrom(node.pcrs(HashAlg.SHA256, NodeClient.pcrs()));
        node.measure(4, "bootkit");
        client.evidence = sent -> sent.toBuilder().setPcrValues(sound).build();

        refused("pcr-digest");
        bootedAnew();
        theUnchangedRunPasses();
    }

    @Test
    void an_event_log_that_does_not_replay_is_refused() throws Exception {
        target.accept(
                enrolled,
                NodeClient.policy(List.of(
                        new Rule.LogAllows(4, Set.of(measured("shim"), measured(KERNEL))),
                        new Rule.LogAllows(0, Set.of(measured("firmware"))))));
        theUnchangedRunPasses();
        ByteString sound = ByteString.copyFrom(node.eventLog());
        node.measure(4, "bootkit");
        client.evidence = sent -> sent.toBuilder().setEventLog(sound).build();

        refused("event-log-replay");
    }

    @Test
    void a_tampered_attest_or_signature_is_refused() throws Exception {
        client.evidence = sent -> sent.toBuilder()
                .setAttest(flipped(sent.getAttest(), sent.getAttest().size() - 1))
                .build();
        refused("signature");

        client.evidence = sent -> sent.toBuilder()
                .setSignature(flipped(sent.getSignature(), sent.getSignature().size() - 1))
                .build();
        refused("signature");
        theUnchangedRunPasses();
    }

    @Test
    void a_tpm_whose_reset_count_went_back_is_refused() throws Exception {
        try (Node leftBehind = node.cloned().boot(KERNEL)) {
            for (int i = 0; i < 3; i++) {
                node.powerCycle();
            }
            node.boot(KERNEL);
            theUnchangedRunPasses();
            client.node = leftBehind;

            refused("boot-counters");
            client.node = node;
        }
        theUnchangedRunPasses();
    }

    private NodeClient.Step<byte[], Evidence> quotingOf(HashAlg bank, int... pcrs) {
        return data -> {
            try (LoadedObject ak = node.key(Hierarchy.ENDORSEMENT, AkTemplate.template())) {
                return client.quote(ak, data, bank, pcrs);
            }
        };
    }

    private static Digest measured(String what) {
        return Digest.of(HashAlg.SHA256, HashAlg.SHA256.digest(what.getBytes(StandardCharsets.UTF_8)));
    }
}
