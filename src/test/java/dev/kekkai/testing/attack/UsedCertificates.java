package dev.kekkai.testing.attack;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.kekkai.identity.NodeCertificates;
import dev.kekkai.testing.attestation.Node;
import dev.kekkai.testing.gateway.NodeClient;
import dev.kekkai.testing.gateway.ServeClient;
import dev.kekkai.testing.gateway.TlsKey;
import dev.kekkai.tpm.structure.Hierarchy;
import dev.kekkai.wire.gateway.v1.Evidence;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.junit.jupiter.api.Test;

/** Attacks at the service port, by who has a certificate or had one. Each changes one thing for a node that is served otherwise. */
public abstract class UsedCertificates extends Attacks {
    private TlsKey served() throws Exception {
        TlsKey certified = certified(client);
        isServed(certified);
        return certified;
    }

    private void isServed(TlsKey key) throws Exception {
        try (ServeClient serve = serve(key)) {
            assertThat(serve.wrap(new byte[32]).hasWrapped()).isTrue();
        }
    }

    private void refusedToRenew(String code, TlsKey key) throws Exception {
        refused(code, "renew", theNode(), () -> renew(key));
    }

    @Test
    void an_expired_certificate_is_refused() throws Exception {
        TlsKey sound = served();
        Instant before = Instant.now()
                .truncatedTo(ChronoUnit.SECONDS)
                .minus(NodeCertificates.LIFETIME)
                .minusSeconds(1);
        TlsKey expired =
                sound.with(target.issued(enrolled, sound.pair().getPublic().getEncoded(), before));

        refusedToServe("certificate-expired", expired);
        refusedToRenew("certificate-expired", expired);
        isServed(sound);
    }

    @Test
    void the_certificate_of_an_evicted_node_is_refused() throws Exception {
        TlsKey certified = served();
        target.evict(enrolled);

        refusedToServe("evicted", certified);
        refusedToRenew("evicted", certified);
    }

    @Test
    void a_new_start_supersedes_the_key_before_it() throws Exception {
        TlsKey first = served();
        client.key = TlsKey.fresh();
        TlsKey second = served();

        refusedToServe("superseded", first);
        refusedToRenew("superseded", first);
        isServed(second);
    }

    @Test
    void the_renewal_of_another_nodes_certificate_is_refused() throws Exception {
        TlsKey certified = served();
        client.init = honest ->
                honest.toBuilder().setNode(ByteString.copyFrom(new byte[16])).build();

        refusedToRenew("protocol", certified);
        client.init = honest -> honest;
        assertThat(renew(certified).getCertificatesCount()).isEqualTo(2);
    }

    @Test
    void a_replayed_renewal_is_refused_on_another_channel() throws Exception {
        TlsKey certified = served();
        Evidence[] first = new Evidence[1];
        client.evidence = sent -> first[0] = sent;
        renew(certified);
        client.evidence = sent -> first[0];

        refusedToRenew("extra-data", certified);
        client.evidence = sent -> sent;
        assertThat(renew(certified).getCertificatesCount()).isEqualTo(2);
    }

    @Test
    void a_renewal_by_another_ak_is_refused() throws Exception {
        TlsKey certified = served();
        client.useAk(Hierarchy.ENDORSEMENT, anotherAk());

        refusedToRenew("ak-not-pinned", certified);
        isServed(certified);
    }

    @Test
    void a_renewal_with_a_wrong_pcr_is_refused() throws Exception {
        TlsKey certified = served();
        renew(certified);
        node.measure(4, "bootkit");

        refusedToRenew("pcr-mismatch", certified);
        assertThat(recordedReason("pcr-mismatch")).contains("PCR 4");
    }

    /** Both have the same EK, AK and PCRs, and counters that nobody can tell apart. */
    @Test
    void a_cloned_vtpm_that_alternates_with_the_original_is_found_out_and_both_are_refused() throws Exception {
        try (Node copy = node.cloned().boot(KERNEL)) {
            bootedAnew();
            NodeClient clone = new NodeClient(copy);
            TlsKey original = served();
            TlsKey copys = certified(clone);

            refused("suspected-clone");
            refusedToServe("suspected-clone", original);
            refusedToServe("suspected-clone", copys);
            refused("suspected-clone", "attest", theNode(), () -> attest(clone));
            client.key = TlsKey.fresh();
            refused("suspected-clone");
        }
        target.rebaseline(enrolled);
        served();
    }

    /** An agent that makes a new key at each attempt alternates all the same. */
    @Test
    void a_cloned_vtpm_is_found_out_by_keys_that_come_back_too() throws Exception {
        try (Node copy = node.cloned().boot(KERNEL)) {
            bootedAnew();
            NodeClient clone = new NodeClient(copy);
            TlsKey one = served();
            TlsKey two = certified(clone);
            refusedToServe("superseded", one);
            client.key = TlsKey.fresh();
            served();
            refusedToServe("superseded", two);
            clone.key = TlsKey.fresh();

            refused("suspected-clone", "attest", theNode(), () -> attest(clone));
        }
    }

    /** More keys than a gateway remembers of one node hide nobody. */
    @Test
    void a_cloned_vtpm_is_found_out_behind_any_number_of_keys() throws Exception {
        try (Node copy = node.cloned().boot(KERNEL)) {
            bootedAnew();
            NodeClient clone = new NodeClient(copy);
            TlsKey original = served();
            TlsKey last = original;
            for (int i = 0; i < 20; i++) {
                clone.key = TlsKey.fresh();
                last = certified(clone);
            }
            client.key = TlsKey.fresh();
            isServed(certified(client));

            refusedToServe("superseded", last);
            refusedToServe("superseded", original);
            refused("suspected-clone", "attest", theNode(), () -> attest(clone));
        }
    }
}
