package dev.kekkai.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.google.protobuf.ByteString;
import dev.kekkai.attestation.ek.EkFingerprint;
import dev.kekkai.attestation.ek.EndorsementKey;
import dev.kekkai.fleet.Observation;
import dev.kekkai.id.TenantId;
import dev.kekkai.secret.Secret;
import dev.kekkai.testing.attestation.Node;
import dev.kekkai.testing.gateway.NodeClient;
import dev.kekkai.tpm.TpmException;
import dev.kekkai.tpm.command.LoadedObject;
import dev.kekkai.tpm.structure.AkTemplate;
import dev.kekkai.tpm.structure.HashAlg;
import dev.kekkai.tpm.structure.Hierarchy;
import dev.kekkai.tpm.structure.ObjectAttributes;
import io.grpc.Status;
import io.grpc.StatusException;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Attacks at the attest port by what is claimed, and what a gateway itself has to refuse. Each changes one thing in a run that is accepted otherwise, on a TPM of its own, over real TLS; the run without the change still passes. */
class ForgedClaimTest extends Attacks {
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
                var quote = accomplice.quote(theirs, data, HashAlg.SHA256, NodeClient.pcrs());
                return NodeClient.evidence(
                        quote.attest(),
                        quote.signature().bytes(),
                        accomplice.pcrs(HashAlg.SHA256, NodeClient.pcrs()),
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
    void a_claim_for_another_tls_key_is_refused() throws Exception {
        client.init = honest ->
                honest.toBuilder().setTlsKey(ByteString.copyFrom(random(32))).build();

        refused("tls-key");
        theUnchangedRunPasses();
    }

    @Test
    void an_evicted_node_is_refused() throws Exception {
        fleet.evict(enrolled.id());

        refused("evicted");
    }

    /** Enrolled in both spellings, and evicted in one of them. */
    @Test
    void an_evicted_ek_is_refused_by_the_name_of_its_twin_too() throws Exception {
        EndorsementKey ek = EndorsementKey.parse(client.identity().ek().bytes());
        UUID twin = fleet.enroll(TenantId.DEFAULT, "twin", EkFingerprint.spkiOf(ek))
                .id()
                .value();
        client.init = honest -> honest.toBuilder().setNode(bytes(twin)).build();

        refused("ek-not-enrolled");
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
}
