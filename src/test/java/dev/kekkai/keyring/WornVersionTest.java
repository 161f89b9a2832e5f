package dev.kekkai.keyring;

import static dev.kekkai.keyring.KeyringFixture.TENANT;
import static dev.kekkai.keyring.KeyringFixture.dek;
import static dev.kekkai.keyring.KeyringFixture.result;
import static dev.kekkai.keyring.KeyringFixture.unwrap;
import static dev.kekkai.keyring.KeyringFixture.wrap;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.kekkai.audit.AuditEvent;
import dev.kekkai.dek.WrappedDek;
import dev.kekkai.envelope.Envelope;
import dev.kekkai.envelope.Mechanism;
import dev.kekkai.store.KeyState;
import dev.kekkai.store.StoredVersion;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WornVersionTest {
    private static final long HALF = 1L << 31;

    @TempDir
    Path folder;

    private KeyringFixture fixture;
    private StoredVersion first;

    @BeforeEach
    void make_a_keyring() throws Exception {
        fixture = new KeyringFixture(folder);
        first = fixture.create();
        fixture.now = fixture.now.plus(Duration.ofDays(1));
        fixture.audit.events().clear();
    }

    @AfterEach
    void close_the_store() throws Exception {
        fixture.hsm.recover();
        fixture.close();
    }

    private void uses(long reserved) throws Exception {
        assertThat(fixture.sql.reserveUses(first.kek().version(), reserved)).isTrue();
    }

    private WornVersion watch(Keyring keyring) {
        return new WornVersion(fixture.administration(), keyring, Mechanism.AES_GCM, fixture.clock());
    }

    private List<KeyState> states() throws Exception {
        return fixture.stored().versions().stream().map(StoredVersion::state).toList();
    }

    @Test
    void a_version_at_2_31_minus_1_is_replaced_with_its_next_block_once_and_audited() throws Exception {
        uses(HALF - 1);
        Keyring keyring = fixture.keyring();
        LocalDekService service = fixture.service(keyring);
        var told = keyring.snapshot().keyId();
        WornVersion watch = watch(keyring);
        await().until(keyring::worn);

        watch.look();
        watch.look();

        assertThat(states()).containsExactly(KeyState.RETIRED, KeyState.ACTIVE);
        assertThat(keyring.worn()).isFalse();
        assertThat(fixture.audit.events()).extracting(AuditEvent::action).containsExactly("key.create", "key.activate");
        assertThat(fixture.audit.events())
                .extracting(event -> event.caller().name())
                .containsOnly("use counter");
        WrappedDek before = result(service.wrap(wrap(dek(), told)));
        WrappedDek after = result(service.wrap(wrap(dek(), keyring.snapshot().keyId())));
        assertThat(Envelope.parse(before.envelope()).header().version())
                .isEqualTo(first.kek().version());
        assertThat(Envelope.parse(after.envelope()).header().version())
                .isEqualTo(keyring.snapshot().active().kek().version());
        result(service.unwrap(unwrap(before))).close();
        result(service.unwrap(unwrap(after))).close();
    }

    /** Somebody who writes to the database, at once or by a trigger, could have the HSM filled with keys. */
    @Test
    void a_count_that_is_raised_again_and_again_makes_one_version_a_day_and_an_alarm() throws Exception {
        uses(HALF);
        Keyring keyring = fixture.keyring();
        WornVersion watch = watch(keyring);
        for (int hour = 0; hour < 48; hour++) {
            raiseTheCountOfAll();
            keyring.reload();
            for (int look = 0; look < 5; look++) {
                watch.look();
            }
            fixture.now = fixture.now.plus(Duration.ofHours(1));
        }

        assertThat(states()).containsExactly(KeyState.RETIRED, KeyState.RETIRED, KeyState.ACTIVE);
        assertThat(keyring.storeProblem())
                .contains("raised the count in the database")
                .contains("'kekkai key rotate'");
        assertThat(fixture.sql.reserveUses(keyring.snapshot().active().kek().version(), 1L << 32))
                .as("the end counts whoever wrote the count")
                .isFalse();

        fixture.administration()
                .rotate(
                        new Order(TENANT, new Operator("root", "cli"), false),
                        new RotationPlan(Mechanism.AES_GCM, "", Duration.ZERO));
        keyring.reload();
        watch.look();
        assertThat(keyring.storeProblem()).isEmpty();
    }

    private void raiseTheCountOfAll() throws Exception {
        try (var connection = DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("kekkai.db"));
                var statement = connection.createStatement()) {
            statement.executeUpdate(
                    "UPDATE key_version SET uses_reserved = " + HALF + " WHERE uses_reserved < " + HALF);
        }
    }

    @Test
    void one_block_below_it_stays() throws Exception {
        uses(HALF - 2 * UseCounter.BLOCK);
        Keyring keyring = fixture.keyring();

        watch(keyring).look();

        assertThat(keyring.worn()).isFalse();
        assertThat(states()).containsExactly(KeyState.ACTIVE);
    }

    @Test
    void one_that_was_worn_before_the_start_is_replaced_too() throws Exception {
        uses(HALF);
        Keyring keyring = fixture.keyring();

        watch(keyring).look();

        assertThat(states()).containsExactly(KeyState.RETIRED, KeyState.ACTIVE);
    }

    @Test
    void while_the_hsm_fails_the_old_one_goes_on_and_what_was_begun_is_finished_later() throws Exception {
        uses(HALF);
        Keyring keyring = fixture.keyring();
        WornVersion watch = watch(keyring);
        fixture.hsm.failWith("the HSM answered CKR_DEVICE_ERROR");
        for (int i = 0; i < 5; i++) {
            watch.look();
        }
        assertThat(fixture.audit.events()).hasSize(1);

        fixture.hsm.recover();
        watch.look();
        assertThat(states()).containsExactly(KeyState.ACTIVE);
        fixture.now = fixture.now.plusSeconds(31);
        watch.look();

        assertThat(states()).containsExactly(KeyState.RETIRED, KeyState.ACTIVE);
    }

    @Test
    void a_store_that_fails_at_the_last_step_leaves_one_prepared_version_which_is_taken() throws Exception {
        uses(HALF);
        Keyring keyring = fixture.keyring();
        WornVersion watch = watch(keyring);
        for (int i = 0; i < 4; i++) {
            fixture.store.failActivations(true);
            watch.look();
            assertThat(states()).containsExactly(KeyState.ACTIVE, KeyState.PREPARED);
            fixture.now = fixture.now.plus(Duration.ofHours(1));
        }

        fixture.store.failActivations(false);
        watch.look();

        assertThat(states()).containsExactly(KeyState.RETIRED, KeyState.ACTIVE);
    }

    @Test
    void a_prepared_version_that_has_lost_its_key_is_put_away_and_another_one_made() throws Exception {
        uses(HALF);
        Change scheduled = fixture.administration()
                .rotate(
                        new Order(TENANT, new Operator("root", "cli"), false),
                        new RotationPlan(Mechanism.AES_GCM, "", Duration.ofDays(300)));
        Keyring keyring = fixture.keyring();
        WornVersion watch = watch(keyring);
        fixture.hsm.destroy(scheduled.versions().getFirst().kek());

        watch.look();
        assertThat(states()).containsExactly(KeyState.ACTIVE, KeyState.RETIRED);
        fixture.now = fixture.now.plusSeconds(31);
        watch.look();

        assertThat(states()).containsExactly(KeyState.RETIRED, KeyState.RETIRED, KeyState.ACTIVE);
    }

    @Test
    void the_pause_after_failures_grows_to_an_hour_and_no_longer() throws Exception {
        uses(HALF);
        Keyring keyring = fixture.keyring();
        WornVersion watch = watch(keyring);
        fixture.store.failActivations(true);
        int attempts = 0;
        for (int seconds = 0; seconds < 6 * 3600; seconds += 30) {
            int before = fixture.store.activations();
            watch.look();
            attempts += fixture.store.activations() - before;
            fixture.now = fixture.now.plusSeconds(30);
        }

        // After 0 s and then after 30 s, 1, 2, 4, 8, 16, 32 minutes, and 1 h each.
        assertThat(attempts).isBetween(11, 13);
    }

    @Test
    void a_scheduled_version_is_taken_before_its_time() throws Exception {
        uses(HALF);
        Change scheduled = fixture.administration()
                .rotate(
                        new Order(TENANT, new Operator("root", "cli"), false),
                        new RotationPlan(Mechanism.AES_GCM, "", Duration.ofDays(300)));
        Keyring keyring = fixture.keyring();

        watch(keyring).look();

        assertThat(states()).containsExactly(KeyState.RETIRED, KeyState.ACTIVE);
        assertThat(keyring.snapshot().active().kek())
                .isEqualTo(scheduled.versions().getFirst().kek());
    }
}
