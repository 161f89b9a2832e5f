package dev.kekkai.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kekkai.attestation.ek.EkFingerprint;
import dev.kekkai.attestation.ek.EndorsementKey;
import dev.kekkai.fleet.Observation;
import dev.kekkai.id.TenantId;
import dev.kekkai.testing.attack.ForgedClaims;
import dev.kekkai.testing.attack.InThisProcess;
import dev.kekkai.testing.attack.Target;
import io.grpc.Status;
import io.grpc.StatusException;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Attacks by what is claimed, on a gateway's ports alone, and what a gateway itself has to refuse. */
class ForgedClaimTest extends ForgedClaims {
    private InThisProcess gateway;

    @Override
    protected Target attacked() throws Exception {
        gateway = new InThisProcess();
        return gateway;
    }

    @AfterEach
    void the_gateway_ends() {
        gateway.close();
    }

    /** Enrolled in both spellings, and evicted in one of them. */
    @Test
    void an_evicted_ek_is_refused_by_the_name_of_its_twin_too() throws Exception {
        EndorsementKey ek = EndorsementKey.parse(client.identity().ek().bytes());
        UUID twin = gateway.fleet()
                .enroll(TenantId.DEFAULT, "twin", EkFingerprint.spkiOf(ek))
                .id()
                .value();
        client.init = honest -> honest.toBuilder().setNode(bytes(twin)).build();

        refused("ek-not-enrolled", "attest", "node:" + twin, () -> attest(client));
        gateway.fleet().evict(enrolled);
        refused("evicted", "attest", "node:" + twin, () -> attest(client));
    }

    @Test
    void a_node_of_a_group_without_a_policy_is_refused() throws Exception {
        gateway.fleet().noPolicy(TenantId.DEFAULT);

        refused("no-policy");
        gateway.fleet().policy(TenantId.DEFAULT, client.policy());
        theUnchangedRunPasses();
    }

    @Test
    void nobody_is_let_in_by_what_is_known_no_more() throws Exception {
        gateway.fleet().stale(Optional.of("the database is away for an hour"));

        refused("store-stale");
        gateway.fleet().stale(Optional.empty());
        theUnchangedRunPasses();
    }

    @Test
    void an_agent_that_was_told_more_than_the_gateway_knows_is_refused() throws Exception {
        long ahead = gateway.fleet().view().serial() + 1;
        client.init = honest -> honest.toBuilder().setAuthoritySerial(ahead).build();

        refused("store-stale");
        client.init = honest -> honest.toBuilder().setAuthoritySerial(ahead - 1).build();
        assertThat(attest(client).getAuthoritySerial())
                .isEqualTo(gateway.fleet().view().serial());
    }

    @Test
    void a_gateway_whose_clock_is_behind_says_so() throws Exception {
        Observation seen = gateway.fleet().observed(enrolled).orElseThrow();
        gateway.fleet()
                .observe(
                        enrolled,
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
        assertThat(gateway.gateway().last("attest").orElseThrow().reason())
                .contains("gateway-2", "this gateway's clock says");
        gateway.fleet().observe(enrolled, seen);
        theUnchangedRunPasses();
    }

    @Test
    void what_cannot_be_recorded_is_not_granted() throws Exception {
        gateway.gateway().breakAudit();

        StatusException answer = failure(() -> attest(client));

        assertThat(answer.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
        assertThat(answer.getTrailers().get(Denied.REASON)).isEqualTo("unavailable");
        assertThat(gateway.fleet().view().node(enrolled).orElseThrow().pinnedAk())
                .isEmpty();
    }
}
