package dev.kekkai.health;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kekkai.dek.Health;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponse.Status;
import org.junit.jupiter.api.Test;

class HealthChecksTest {
    private static final Health WELL = new Health.Healthy(Duration.ofMillis(1234));
    private static final Health LOST =
            new Health.Unhealthy("the HSM answered CKR_DEVICE_REMOVED", Duration.ofMillis(5));

    private final Vitals vitals = new Vitals();
    private final ReadyCheck ready = new ReadyCheck(vitals);
    private final LiveCheck live = new LiveCheck(vitals);
    private final StartedCheck started = new StartedCheck(vitals);

    @Test
    void before_it_serves_it_is_neither_started_nor_ready() {
        assertThat(started.call().getStatus()).isEqualTo(Status.DOWN);
        assertThat(ready.call().getStatus()).isEqualTo(Status.DOWN);
        assertThat(ready.call().getData().orElseThrow()).containsEntry("reason", "starting or stopping");
    }

    @Test
    void while_it_serves_a_healthy_hsm_it_is_both_and_tells_the_age_of_that_knowledge() {
        vitals.serving(() -> WELL, Optional::empty);

        HealthCheckResponse response = ready.call();

        assertThat(started.call().getStatus()).isEqualTo(Status.UP);
        assertThat(response.getStatus()).isEqualTo(Status.UP);
        assertThat(response.getData().orElseThrow()).containsOnly(java.util.Map.entry("probe-age-ms", 1234L));
    }

    @Test
    void with_the_hsm_lost_it_is_not_ready_for_that_reason_and_still_started() {
        vitals.serving(() -> LOST, Optional::empty);

        assertThat(ready.call().getStatus()).isEqualTo(Status.DOWN);
        assertThat(ready.call().getData().orElseThrow())
                .containsEntry("reason", "the HSM answered CKR_DEVICE_REMOVED")
                .containsEntry("probe-age-ms", 5L);
        assertThat(started.call().getStatus()).isEqualTo(Status.UP);
    }

    @Test
    void once_stopped_it_is_not_ready_whatever_was_found_last() {
        vitals.serving(() -> WELL, Optional::empty);
        vitals.stopped();

        assertThat(ready.call().getStatus()).isEqualTo(Status.DOWN);
        assertThat(started.call().getStatus()).isEqualTo(Status.DOWN);
    }

    @Test
    void no_outage_fails_the_liveness_of_the_process() {
        vitals.serving(() -> LOST, Optional::empty);

        assertThat(live.call().getStatus()).isEqualTo(Status.UP);
    }

    @Test
    void what_only_a_restart_helps_against_fails_it_with_the_reason_until_it_is_over() {
        AtomicReference<Optional<String>> doom = new AtomicReference<>(Optional.of("16 calls hang"));
        vitals.serving(() -> LOST, doom::get);

        assertThat(live.call().getStatus()).isEqualTo(Status.DOWN);
        assertThat(live.call().getData().orElseThrow()).containsEntry("reason", "16 calls hang");

        doom.set(Optional.empty());
        assertThat(live.call().getStatus()).isEqualTo(Status.UP);
    }
}
