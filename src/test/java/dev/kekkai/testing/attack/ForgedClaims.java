package dev.kekkai.testing.attack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.google.protobuf.ByteString;
import dev.kekkai.id.NodeId;
import dev.kekkai.secret.Secret;
import dev.kekkai.testing.attestation.Node;
import dev.kekkai.testing.gateway.NodeClient;
import dev.kekkai.tpm.TpmException;
import dev.kekkai.tpm.command.LoadedObject;
import dev.kekkai.tpm.structure.AkTemplate;
import dev.kekkai.tpm.structure.HashAlg;
import dev.kekkai.tpm.structure.Hierarchy;
import dev.kekkai.tpm.structure.ObjectAttributes;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Attacks at the attest port by what is claimed. Each changes one thing in a run that is accepted otherwise, on a TPM of its own, over real TLS; the run without the change still passes. */
public abstract class ForgedClaims extends Attacks {
    @Test
    void an_ek_that_nobody_enrolled_is_refused() throws Exception {
        try (Node stranger = Node.blank().boot(KERNEL)) {
            client.node = stranger;

            refused("unknown-ek", "attest", "ek:" + client.ek().hex(), () -> attest(client));
            client.node = node;
        }
        theUnchangedRunPasses();
    }

    @Test
    void the_ek_of_another_node_is_refused() throws Exception {
        try (Node other = Node.blank().boot(KERNEL)) {
            client.node = other;
            NodeId others = target.enroll(client.ek());
            target.accept(others, client.policy());
            client.init = honest ->
                    honest.toBuilder().setNode(bytes(enrolled.value())).build();

            refused("ek-not-enrolled");
            client.init = honest -> honest;
            assertThat(attest(client).getNode()).as("as itself it is let in").isEqualTo(bytes(others.value()));
            client.node = node;
        }
        theUnchangedRunPasses();
    }

    /** The TPM that has the EK gives nothing out for a key that it does not have; whoever guesses is refused. */
    @Test
    void an_ak_of_another_tpm_is_refused() throws Exception {
        try (Node accomplice = Node.blank().boot(KERNEL);
                LoadedObject theirs = accomplice.key(Hierarchy.ENDORSEMENT, AkTemplate.template())) {
            ByteString theirAk = ByteString.copyFrom(theirs.publicArea().bytes());
            client.init = honest -> honest.toBuilder().setAkPublic(theirAk).build();
            assertThatExceptionOfType(TpmException.Refused.class).isThrownBy(() -> attest(client));

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

    /** Of the same TPM, of our template, under the right hierarchy: only that it is another one speaks against it. */
    @Test
    void another_ak_than_the_pinned_one_is_refused_until_re_baseline() throws Exception {
        theUnchangedRunPasses();
        client.useAk(Hierarchy.ENDORSEMENT, anotherAk());

        refused("ak-not-pinned");
        theUnchangedRunPasses();
        target.rebaseline(enrolled);
        assertThat(attest(client).getCertificatesCount()).isEqualTo(2);
    }

    @Test
    void a_claim_for_another_tls_key_is_refused() throws Exception {
        client.init = honest ->
                honest.toBuilder().setTlsKey(ByteString.copyFrom(random(32))).build();

        refused("tls-key");
        theUnchangedRunPasses();
    }

    /** Of two faults the first is the reason, as the order of checks has it. */
    @Test
    void an_ek_that_cannot_be_read_is_refused() throws Exception {
        client.init = honest ->
                honest.toBuilder().setEkPublic(ByteString.copyFrom(random(64))).build();
        refused("ek-template", "attest", "unknown", () -> attest(client));

        client.init = honest -> honest.toBuilder()
                .setEkPublic(ByteString.copyFrom(random(64)))
                .setTlsKey(ByteString.copyFrom(random(32)))
                .build();
        refused("tls-key", "attest", "unknown", () -> attest(client));
        theUnchangedRunPasses();
    }

    @Test
    void an_evicted_node_is_refused() throws Exception {
        target.evict(enrolled);

        refused("evicted");
    }

    @Test
    void a_node_that_is_evicted_while_it_attests_is_refused() throws Exception {
        client.evidence = sent -> {
            target.evict(enrolled);
            return sent;
        };

        refused("evicted");
    }

    @Test
    void a_node_that_claims_another_tenant_is_refused() throws Exception {
        client.init =
                honest -> honest.toBuilder().setTenant(bytes(UUID.randomUUID())).build();

        refused("other-tenant");
        theUnchangedRunPasses();
    }
}
