package dev.kekkai.keyring;

import static dev.kekkai.keyring.KeyringFixture.FAST;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.kekkai.dek.Health;
import dev.kekkai.secret.Secret;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DeepProbeTest {
    private static final DeepProbe.Pace IMPATIENT =
            new DeepProbe.Pace(Duration.ofMillis(20), Duration.ofMillis(10), Duration.ofMillis(300));
    private static final DeepProbe.Pace ONCE =
            new DeepProbe.Pace(Duration.ofHours(1), Duration.ofHours(1), Duration.ofSeconds(5));

    @TempDir
    Path folder;

    private KeyringFixture fixture;
    private volatile UseCounter.Taken use = UseCounter.Taken.GRANTED;

    @BeforeEach
    void create_a_key() throws Exception {
        fixture = new KeyringFixture(folder);
        fixture.create();
    }

    @AfterEach
    void close_the_store() throws Exception {
        fixture.close();
    }

    @Test
    void before_the_first_round_trip_nothing_is_called_healthy() throws Exception {
        assertThat(probe(FAST).health())
                .isInstanceOfSatisfying(Health.Unhealthy.class, unhealthy -> assertThat(unhealthy.reason())
                        .contains("not been probed yet"));
    }

    @Test
    void a_round_trip_that_succeeds_is_health_and_its_age_grows() throws Exception {
        DeepProbe probe = probe(ONCE);

        assertThat(first(probe)).isInstanceOf(Health.Healthy.class);

        Duration age = probe.health().age();
        await().until(() -> probe.health().age().compareTo(age.plusMillis(20)) > 0);
        assertThat(probe.health()).isInstanceOf(Health.Healthy.class);
    }

    @Test
    void it_goes_on_probing_and_what_it_opened_is_destroyed() throws Exception {
        int before = fixture.hsm.seals();
        assertThat(first(probe(FAST))).isInstanceOf(Health.Healthy.class);

        await().until(() -> fixture.hsm.seals() > before + 3);
        fixture.background.shutdown();

        await().untilAsserted(
                        () -> assertThat(fixture.hsm.opened()).isNotEmpty().allMatch(Secret::isDestroyed));
    }

    @Test
    void a_failure_is_unhealthy_with_the_hsms_reason_and_recovery_is_noticed() throws Exception {
        DeepProbe probe = probe(FAST);
        fixture.hsm.failWith("the HSM answered CKR_DEVICE_REMOVED");

        assertThat(first(probe))
                .isInstanceOfSatisfying(Health.Unhealthy.class, unhealthy -> assertThat(unhealthy.reason())
                        .isEqualTo("the HSM answered CKR_DEVICE_REMOVED"));

        fixture.hsm.recover();
        await().until(() -> probe.health() instanceof Health.Healthy);
    }

    @Test
    void an_outage_after_health_is_noticed() throws Exception {
        DeepProbe probe = probe(FAST);
        assertThat(first(probe)).isInstanceOf(Health.Healthy.class);

        fixture.hsm.failWith("gone");

        await().until(() -> reason(probe).equals("gone"));
    }

    @Test
    void another_plaintext_than_was_encrypted_is_unhealthy() throws Exception {
        fixture.hsm.lie();

        assertThat(reason(first(probe(ONCE)))).contains("something else than it had encrypted");
    }

    @Test
    void a_custodian_that_hangs_is_unhealthy_after_its_patience_and_recovery_is_noticed() throws Exception {
        DeepProbe probe = probe(IMPATIENT);
        fixture.hsm.hang();

        assertThat(reason(first(probe))).contains("did not answer within");

        fixture.hsm.recover();
        await().until(() -> probe.health() instanceof Health.Healthy);
    }

    @Test
    void good_news_that_are_too_old_count_for_nothing() throws Exception {
        DeepProbe.Pace forgotten =
                new DeepProbe.Pace(Duration.ofMillis(20), Duration.ofMillis(20), Duration.ofSeconds(2));
        DeepProbe probe = probe(forgotten);
        assertThat(first(probe)).isInstanceOf(Health.Healthy.class);

        fixture.background.shutdownNow();

        await().until(() -> reason(probe).contains("has not come back"));
    }

    @Test
    void without_a_use_left_the_hsm_is_not_asked() throws Exception {
        use = UseCounter.Taken.NEVER_AGAIN;
        int before = fixture.hsm.seals();

        assertThat(reason(first(probe(ONCE)))).contains("has no use left");

        assertThat(fixture.hsm.seals()).isEqualTo(before);
    }

    private DeepProbe probe(DeepProbe.Pace pace) throws Exception {
        Snapshot snapshot = fixture.snapshot();
        return new DeepProbe(fixture.hsm, () -> snapshot, () -> use, fixture.background, pace);
    }

    private static Health first(DeepProbe probe) throws Exception {
        return probe.start().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    private static String reason(DeepProbe probe) {
        return reason(probe.health());
    }

    private static String reason(Health health) {
        return health instanceof Health.Unhealthy unhealthy ? unhealthy.reason() : "";
    }
}
