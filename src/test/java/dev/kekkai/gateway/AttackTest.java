package dev.kekkai.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import dev.kekkai.attestation.policy.Rule;
import dev.kekkai.audit.AuditEvent.Outcome;
import dev.kekkai.fleet.Observation;
import dev.kekkai.id.TenantId;
import dev.kekkai.secret.Secret;
import dev.kekkai.testing.attestation.Node;
import dev.kekkai.testing.dek.MemoryDekService;
import dev.kekkai.testing.fleet.MemoryFleet;
import dev.kekkai.testing.gateway.NodeClient;
import dev.kekkai.testing.gateway.NodeClient.Talk;
import dev.kekkai.testing.gateway.TestGateway;
import dev.kekkai.testing.gateway.TlsKey;
import dev.kekkai.tpm.TpmException;
import dev.kekkai.tpm.command.LoadedObject;
import dev.kekkai.tpm.structure.AkTemplate;
import dev.kekkai.tpm.structure.HashAlg;
import dev.kekkai.tpm.structure.Hierarchy;
import dev.kekkai.tpm.structure.ObjectAttributes;
import dev.kekkai.tpm.structure.PublicArea;
import dev.kekkai.wire.gateway.v1.Evidence;
import io.grpc.Status;
import io.grpc.StatusException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Attacks at the ports. Each changes one thing in a run that is accepted otherwise, on a TPM of its own, over real TLS; what the attacker is told and what is
 * recorded name the same reason, and the run without the change still passes.
 */
class AttackTest {
    private final MemoryFleet fleet = new MemoryFleet();
    private final MemoryDekService dek = new MemoryDekService();
    private Node node;
    private NodeClient client;
    private dev.kekkai.fleet.Node enrolled;
    private TestGateway gateway;

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

    @Test
    void an_ek_that_nobody_enrolled_is_refused() throws Exception {
        try (Node stranger = Node.blank().boot("kernel 6.8")) {
            client.node = stranger;

            refused("unknown-ek");
            assertThat(gateway.last("attest").orElseThrow().caller().name())
                    .startsWith("ek:" + client.ek().hex());
            client.node = node;
        }
        theUnchangedRunPasses();
    }

    @Test
    void the_ek_of_another_node_is_refused() throws Exception {
        try (Node other = Node.blank().boot("kernel 6.8")) {
            client.node = other;
            fleet.enroll(TenantId.DEFAULT, "node-2", client.ek());
            client.init = honest ->
                    honest.toBuilder().setNode(bytes(enrolled.id().value())).build();

            refused("ek-not-enrolled");
            client.node = node;
        }
        theUnchangedRunPasses();
    }

    /** The TPM that has the EK gives nothing out for a key that it does not have; whoever guesses is refused. */
    @Test
    void an_ak_of_another_tpm_is_refused() throws Exception {
        try (Node accomplice = Node.blank().boot("kernel 6.8");
                LoadedObject theirs = accomplice.key(Hierarchy.ENDORSEMENT, AkTemplate.template())) {
            ByteString theirAk = ByteString.copyFrom(theirs.publicArea().bytes());
            client.init = honest -> honest.toBuilder().setAkPublic(theirAk).build();
            assertThatExceptionOfType(TpmException.Refused.class).isThrownBy(() -> client.attest(gateway));

            client.opening = credential -> Secret.owning(new byte[32]);
            client.quoting = data -> {
                var quote = accomplice.quote(theirs, data, HashAlg.SHA256, NodeClient.PCRS);
                return NodeClient.evidence(
                        quote.attest(),
                        quote.signature().bytes(),
                        accomplice.pcrs(HashAlg.SHA256, NodeClient.PCRS),
                        accomplice.eventLog());
            };
            refused("extra-data");
        }
        theUnchangedRunPasses();
    }

    @Test
    void an_ak_that_is_not_restricted_is_refused() throws Exception {
        client.useAk(Hierarchy.ENDORSEMENT, ak(AkTemplate.ATTRIBUTES & ~ObjectAttributes.RESTRICTED));

        refused("ak-template");
        theUnchangedRunPasses();
    }

    @Test
    void an_ak_that_is_not_fixed_to_its_tpm_is_refused() throws Exception {
        client.useAk(
                Hierarchy.ENDORSEMENT,
                ak(AkTemplate.ATTRIBUTES & ~(ObjectAttributes.FIXED_TPM | ObjectAttributes.FIXED_PARENT)));

        refused("ak-template");
        theUnchangedRunPasses();
    }

    @ParameterizedTest
    @EnumSource(
            value = Hierarchy.class,
            names = {"OWNER", "NULL"})
    void an_ak_of_our_template_under_another_hierarchy_is_refused(Hierarchy hierarchy) throws Exception {
        client.useAk(hierarchy, AkTemplate.template());

        refused("qualified-signer");
        theUnchangedRunPasses();
    }

    @Test
    void another_ak_than_the_pinned_one_is_refused_until_re_baseline() throws Exception {
        fleet.rebaseline(enrolled.id(), Optional.of("000b" + "ab".repeat(32)));

        refused("ak-not-pinned");
        fleet.rebaseline(enrolled.id(), Optional.empty());
        theUnchangedRunPasses();
    }

    @Test
    void an_attest_that_an_unrestricted_key_signed_is_refused() throws Exception {
        byte[] sound = node.pcrs(HashAlg.SHA256, NodeClient.PCRS);
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
        node.powerCycle();
        node.boot("kernel 6.8");
        theUnchangedRunPasses();
    }

    @Test
    void a_replayed_quote_is_refused_on_another_channel() throws Exception {
        Evidence[] first = new Evidence[1];
        client.evidence = sent -> first[0] = sent;
        client.attest(gateway);
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

    @Test
    void evidence_without_a_challenge_is_refused() throws Exception {
        try (Talk talk = talk()) {
            refused("protocol", () -> talk.show(Evidence.getDefaultInstance()));
        }
        theUnchangedRunPasses();
    }

    @Test
    void a_quote_over_another_channels_exporter_is_refused() throws Exception {
        client.channel = seen -> new NodeClient.Seen(random(32), seen.clientSpki(), seen.serverCertificate());

        refused("extra-data");
        theUnchangedRunPasses();
    }

    @Test
    void a_claim_for_another_tls_key_is_refused() throws Exception {
        client.init = honest ->
                honest.toBuilder().setTlsKey(ByteString.copyFrom(random(32))).build();

        refused("tls-key");
        theUnchangedRunPasses();
    }

    /** Who stands in the middle has a channel of its own to each side, and the node speaks of the one that it has. */
    @Test
    void a_relay_in_the_middle_is_refused() throws Exception {
        TlsKey relays = TlsKey.fresh();
        try (TestGateway pretended = TestGateway.start(fleet, dek);
                Talk nodes = Talk.to(
                        client.key.channel(
                                pretended.attestPort(), pretended.roots().certificates()),
                        true);
                Talk relay = Talk.to(
                        relays.channel(gateway.attestPort(), gateway.roots().certificates()), true)) {
            // The relay passes the node's claim on, with its own TLS key in it, for otherwise it ends there.
            byte[] passedOn = client.hello().toBuilder()
                    .setTlsKey(ByteString.copyFrom(
                            HashAlg.SHA256.digest(relays.pair().getPublic().getEncoded())))
                    .build()
                    .toByteArray();
            nodes.challenge(client.hello().toByteArray());
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
        assertThat(gateway.last("attest").orElseThrow().reason()).contains("PCR 4");
        assertThat(fleet.observed(enrolled.id()).orElseThrow())
                .satisfies(seen -> assertThat(seen.accepted()).isFalse())
                .satisfies(seen -> assertThat(seen.verdict()).contains("pcr-mismatch"));
        node.powerCycle();
        node.boot("kernel 6.8");
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
        client.quoting = quotingOf(HashAlg.SHA1, NodeClient.PCRS);

        refused("pcr-bank");
        theUnchangedRunPasses();
    }

    @Test
    void pcrs_into_which_nothing_was_measured_are_refused() throws Exception {
        node.powerCycle();

        refused("pcr-zero");
        node.boot("kernel 6.8");
        theUnchangedRunPasses();
    }

    @Test
    void pcr_values_that_the_tpm_did_not_sign_are_refused() throws Exception {
        ByteString sound = ByteString.copyFrom(node.pcrs(HashAlg.SHA256, NodeClient.PCRS));
        node.measure(4, "bootkit");
        client.evidence = sent -> sent.toBuilder().setPcrValues(sound).build();

        refused("pcr-digest");
        node.powerCycle();
        node.boot("kernel 6.8");
        theUnchangedRunPasses();
    }

    @Test
    void an_event_log_that_does_not_replay_is_refused() throws Exception {
        fleet.policy(
                TenantId.DEFAULT,
                NodeClient.policy(List.of(
                        new Rule.LogAllows(4, Set.of(measured("shim"), measured("kernel 6.8"))),
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
        try (Node leftBehind = node.cloned().boot("kernel 6.8")) {
            for (int i = 0; i < 3; i++) {
                node.powerCycle();
            }
            node.boot("kernel 6.8");
            theUnchangedRunPasses();
            client.node = leftBehind;

            refused("boot-counters");
            client.node = node;
        }
        theUnchangedRunPasses();
    }

    @Test
    void an_evicted_node_is_refused() throws Exception {
        fleet.evict(enrolled.id());

        refused("evicted");
    }

    @Test
    void a_node_that_is_evicted_while_it_attests_is_refused() throws Exception {
        client.evidence = sent -> {
            fleet.evict(enrolled.id());
            return sent;
        };

        refused("evicted");
    }

    @Test
    void a_node_of_a_group_without_a_policy_is_refused() throws Exception {
        fleet.noPolicy(TenantId.DEFAULT);

        refused("no-policy");
        fleet.policy(TenantId.DEFAULT, client.policy());
        theUnchangedRunPasses();
    }

    @Test
    void a_node_that_claims_another_tenant_is_refused() throws Exception {
        client.init =
                honest -> honest.toBuilder().setTenant(bytes(UUID.randomUUID())).build();

        refused("other-tenant");
        theUnchangedRunPasses();
    }

    @Test
    void nobody_is_let_in_by_what_is_known_no_more() throws Exception {
        fleet.stale(Optional.of("the database is away for an hour"));

        refused("store-stale");
        fleet.stale(Optional.empty());
        theUnchangedRunPasses();
    }

    @Test
    void an_agent_that_was_told_more_than_the_gateway_knows_is_refused() throws Exception {
        long ahead = fleet.view().serial() + 1;
        client.init = honest -> honest.toBuilder().setAuthoritySerial(ahead).build();

        refused("store-stale");
        client.init = honest -> honest.toBuilder().setAuthoritySerial(ahead - 1).build();
        assertThat(client.attest(gateway).getAuthoritySerial())
                .isEqualTo(fleet.view().serial());
    }

    @Test
    void a_gateway_whose_clock_is_behind_says_so() throws Exception {
        Observation seen = fleet.observed(enrolled.id()).orElseThrow();
        fleet.observe(
                enrolled.id(),
                new Observation(
                        seen.at().plusSeconds(3600),
                        true,
                        seen.verdict(),
                        seen.counters(),
                        seen.trust(),
                        seen.tlsKey(),
                        seen.certificateEnds(),
                        "gateway-2"));

        refused("clock");
        assertThat(gateway.last("attest").orElseThrow().reason()).contains("gateway-2", "this gateway's clock says");
        fleet.observe(enrolled.id(), seen);
        theUnchangedRunPasses();
    }

    @Test
    void what_cannot_be_recorded_is_not_granted() throws Exception {
        gateway.breakAudit();

        StatusException answer = failure(() -> client.attest(gateway));

        assertThat(answer.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
        assertThat(answer.getTrailers().get(Denied.REASON)).isEqualTo("unavailable");
        assertThat(fleet.view().node(enrolled.id()).orElseThrow().pinnedAk()).isEmpty();
    }

    private interface Attempt {
        void make() throws Exception;
    }

    private void refused(String code) throws Exception {
        refused(code, () -> client.attest(gateway));
    }

    private void refused(String code, Attempt attempt) throws Exception {
        long before = refusals(code);

        StatusException answer = failure(attempt);

        assertThat(answer.getTrailers().get(Denied.REASON))
                .as("%s", answer.getStatus())
                .isEqualTo(code);
        assertThat(answer.getStatus().getCode()).isEqualTo(Status.Code.PERMISSION_DENIED);
        await().until(() -> refusals(code) == before + 1);
    }

    private long refusals(String code) {
        return gateway.audited().stream()
                .filter(event -> event.action().equals("attest")
                        && event.outcome() == Outcome.REFUSED
                        && event.reason().startsWith(code + ": "))
                .count();
    }

    private static StatusException failure(Attempt attempt) throws Exception {
        List<StatusException> failures = new ArrayList<>();
        try {
            attempt.make();
        } catch (StatusException e) {
            failures.add(e);
        }
        assertThat(failures).as("refused").hasSize(1);
        return failures.getFirst();
    }

    private void theUnchangedRunPasses() throws Exception {
        NodeClient unchanged = new NodeClient(node);
        unchanged.key = client.key;
        assertThat(unchanged.attest(gateway).getCertificatesCount()).isEqualTo(2);
    }

    private Talk talk() throws Exception {
        return Talk.to(client.key.channel(gateway.attestPort(), gateway.roots().certificates()), true);
    }

    private NodeClient.Step<byte[], Evidence> quotingOf(HashAlg bank, int... pcrs) {
        return data -> {
            try (LoadedObject ak = node.key(Hierarchy.ENDORSEMENT, AkTemplate.template())) {
                return client.quote(ak, data, bank, pcrs);
            }
        };
    }

    private static dev.kekkai.attestation.pcr.Digest measured(String what) {
        return dev.kekkai.attestation.pcr.Digest.of(
                HashAlg.SHA256, HashAlg.SHA256.digest(what.getBytes(java.nio.charset.StandardCharsets.UTF_8)));
    }

    private static PublicArea ak(int attributes) {
        PublicArea sound = AkTemplate.template();
        return new PublicArea(sound.nameAlg(), attributes, sound.authPolicy(), sound.parameters());
    }

    private static ByteString flipped(ByteString bytes, int at) {
        byte[] flipped = bytes.toByteArray();
        flipped[at] ^= 1;
        return ByteString.copyFrom(flipped);
    }

    private static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new SecureRandom().nextBytes(bytes);
        return bytes;
    }

    private static ByteString bytes(UUID uuid) {
        return ByteString.copyFrom(java.nio.ByteBuffer.allocate(16)
                .putLong(uuid.getMostSignificantBits())
                .putLong(uuid.getLeastSignificantBits())
                .array());
    }
}
