package dev.kekkai.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.kekkai.id.TenantId;
import dev.kekkai.testing.fleet.MemoryFleet;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class SerialWatchTest {
    private final MemoryFleet fleet = new MemoryFleet();
    private final AtomicLong nanos = new AtomicLong();
    private final SerialWatch watch = new SerialWatch(fleet, nanos::get);

    @Test
    void what_is_known_is_nothing_to_speak_of() throws Exception {
        watch.met(fleet.view().serial());

        nanos.addAndGet(Duration.ofHours(1).toNanos());
        assertThat(watch.rolledBack()).isEmpty();
    }

    @Test
    void an_agent_that_is_ahead_is_refused_at_once_and_believed_after_a_while() {
        long ahead = fleet.view().serial() + 1;

        assertThat(refusal(ahead)).isEqualTo("store-stale");
        assertThat(watch.rolledBack()).isEmpty();
        nanos.addAndGet(Duration.ofSeconds(10).toNanos());
        assertThat(refusal(ahead)).isEqualTo("store-rolled-back");
        assertThat(watch.rolledBack().orElseThrow().text()).contains("kekkai store reconcile");
    }

    @Test
    void a_gateway_that_was_only_behind_catches_up() {
        refusal(fleet.view().serial() + 1);

        fleet.noPolicy(TenantId.DEFAULT); // one more in the chain
        nanos.addAndGet(Duration.ofHours(1).toNanos());
        assertThat(watch.rolledBack()).isEmpty();
    }

    /** No agent is believed that has never been anywhere; its number may be any. */
    private String refusal(long serial) {
        String[] code = new String[1];
        assertThatExceptionOfType(Denied.class)
                .isThrownBy(() -> watch.met(serial))
                .satisfies(denied -> code[0] = denied.code());
        return code[0];
    }
}
