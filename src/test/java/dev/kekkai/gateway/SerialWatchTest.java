package dev.kekkai.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.kekkai.attestation.ek.EkFingerprint;
import dev.kekkai.id.NodeId;
import dev.kekkai.id.TenantId;
import dev.kekkai.testing.fleet.MemoryFleet;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class SerialWatchTest {
    private final MemoryFleet fleet = new MemoryFleet();
    private final AtomicLong nanos = new AtomicLong();
    private final SerialWatch watch = new SerialWatch(fleet, nanos::get);
    private final NodeId one = enrolled("aa");
    private final NodeId two = enrolled("bb");

    @Test
    void what_is_known_is_nothing_to_speak_of() throws Exception {
        watch.met(one, fleet.view().serial());
        watch.met(two, fleet.view().serial());

        pass(Duration.ofHours(1));
        assertThat(watch.rolledBack(TenantId.DEFAULT)).isEmpty();
    }

    @Test
    void two_agents_that_are_ahead_are_refused_at_once_and_believed_after_a_while() {
        long ahead = fleet.view().serial() + 1;

        assertThat(refusal(one, ahead)).isEqualTo("store-stale");
        assertThat(refusal(two, ahead)).isEqualTo("store-stale");
        assertThat(watch.rolledBack(TenantId.DEFAULT)).isEmpty();
        pass(Duration.ofSeconds(10));
        assertThat(refusal(one, ahead)).isEqualTo("store-rolled-back");
        assertThat(watch.rolledBack(TenantId.DEFAULT).orElseThrow().text()).contains("kekkai store reconcile");
    }

    @Test
    void one_agent_that_lies_stops_nobody_however_often_it_says_so() {
        for (int minute = 0; minute < 60; minute++) {
            assertThat(refusal(one, Long.MAX_VALUE)).isEqualTo("store-stale");
            pass(Duration.ofMinutes(1));
        }

        assertThat(watch.rolledBack(TenantId.DEFAULT)).isEmpty();
    }

    @Test
    void the_only_node_there_is_has_to_say_it_again() {
        fleet.evict(two);
        long ahead = fleet.view().serial() + 1;

        refusal(one, ahead);
        pass(Duration.ofSeconds(30));
        assertThat(watch.rolledBack(TenantId.DEFAULT)).isEmpty();
        assertThat(refusal(one, ahead)).isEqualTo("store-rolled-back");
    }

    @Test
    void what_an_evicted_node_said_counts_no_more() {
        enrolled("cc");
        believed();

        fleet.evict(two);
        assertThat(watch.rolledBack(TenantId.DEFAULT)).isEmpty();
    }

    @Test
    void what_nobody_says_any_more_lapses() {
        believed();

        pass(Duration.ofMinutes(10));
        assertThat(watch.rolledBack(TenantId.DEFAULT)).isEmpty();
    }

    @Test
    void a_number_beyond_all_reason_is_believed_a_million_of_it() {
        believed();

        assertThat(watch.rolledBack(TenantId.DEFAULT).orElseThrow().text())
                .contains(Long.toString(fleet.view().serial() + 1_000_000));
    }

    @Test
    void a_gateway_that_was_only_behind_catches_up() {
        long ahead = fleet.view().serial() + 1;
        refusal(one, ahead);
        refusal(two, ahead);

        fleet.noPolicy(TenantId.DEFAULT); // one more in the chain
        pass(Duration.ofMinutes(1));
        assertThat(watch.rolledBack(TenantId.DEFAULT)).isEmpty();
    }

    /** Both are admitted nodes of one tenant, and lie. */
    @Test
    void rogue_nodes_of_one_tenant_stop_nothing_of_another() {
        believed();

        assertThat(watch.rolledBack(new TenantId(UUID.randomUUID()))).isEmpty();
    }

    @Test
    void two_that_lie_stop_nobody_where_as_many_were_told_no_more() throws Exception {
        NodeId three = enrolled("cc");
        NodeId four = enrolled("dd");
        watch.met(three, fleet.view().serial());
        watch.met(four, fleet.view().serial());
        refusal(one, Long.MAX_VALUE);
        refusal(two, Long.MAX_VALUE);
        pass(Duration.ofSeconds(10));

        assertThat(watch.rolledBack(TenantId.DEFAULT)).isEmpty();
        fleet.evict(four);
        fleet.evict(three);
        assertThat(watch.rolledBack(TenantId.DEFAULT)).isPresent();
    }

    /** An agent that was started anew was told nothing yet, and contradicts nobody. */
    @Test
    void who_was_told_nothing_says_nothing() throws Exception {
        watch.met(enrolled("cc"), 0);
        watch.met(enrolled("dd"), 0);

        believed();
    }

    private void believed() {
        refusal(one, Long.MAX_VALUE);
        refusal(two, Long.MAX_VALUE);
        pass(Duration.ofSeconds(10));
        assertThat(watch.rolledBack(TenantId.DEFAULT)).isPresent();
    }

    private NodeId enrolled(String ek) {
        return fleet.enroll(TenantId.DEFAULT, ek, EkFingerprint.parse("000b" + ek.repeat(32)))
                .id();
    }

    private void pass(Duration time) {
        nanos.addAndGet(time.toNanos());
    }

    private String refusal(NodeId node, long serial) {
        String[] code = new String[1];
        assertThatExceptionOfType(Denied.class)
                .isThrownBy(() -> watch.met(node, serial))
                .satisfies(denied -> code[0] = denied.code());
        return code[0];
    }
}
