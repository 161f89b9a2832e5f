package dev.kekkai.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kekkai.testing.gateway.TlsKey;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What changes between the challenge and the evidence, in runs that are accepted otherwise. */
class MeanwhileTest extends Served {
    private void meanwhile(Runnable change) {
        client.evidence = honest -> {
            change.run();
            return honest;
        };
    }

    private long issued() {
        return gateway.audited().stream()
                .filter(event -> event.action().equals("issue"))
                .count();
    }

    @Test
    void nothing_changes_and_the_node_is_let_in() throws Exception {
        meanwhile(() -> {});

        assertThat(client.attest(gateway).getCertificatesCount()).isEqualTo(2);
        assertThat(issued()).isEqualTo(1);
    }

    /** Else there would be a certificate for tomorrow, when nobody has to show a quote for it. */
    @ParameterizedTest
    @ValueSource(longs = {-24, 24})
    void a_clock_that_is_set_issues_no_certificate_for_another_day(long hours) throws Exception {
        fleet.unproved(true); // so that it does not recover meanwhile
        meanwhile(() -> gateway.clockOff(Duration.ofHours(hours)));

        refusedToAttest("clock");
        assertThat(issued()).isZero();
    }

    @Test
    void nor_does_it_renew_one() throws Exception {
        TlsKey certified = certified();
        fleet.unproved(true);
        meanwhile(() -> gateway.clockOff(Duration.ofHours(24)));

        refusedToRenew("clock", certified);
        assertThat(issued()).isEqualTo(1);
    }

    @Test
    void a_store_that_is_out_of_reach_lets_nobody_in() throws Exception {
        meanwhile(() -> fleet.stale(Optional.of("the database is away")));

        refusedToAttest("store-stale");
        assertThat(issued()).isZero();
    }

    /** That a node is not there says nothing while nobody is. */
    @Test
    void a_store_that_is_read_afresh_makes_no_node_an_evicted_one() throws Exception {
        TlsKey certified = certified();
        meanwhile(() -> fleet.forgotten("the store is read afresh"));

        refusedToRenew("store-stale", certified);
        refusedToServe("store-stale", certified);
        assertThat(refusals("renew", "evicted") + refusals("serve", "evicted")).isZero();
    }
}
