package dev.kekkai.keyring;

import static dev.kekkai.keyring.LifeFixture.TENANT;
import static dev.kekkai.keyring.LifeFixture.dryRun;
import static dev.kekkai.keyring.LifeFixture.now;
import static dev.kekkai.keyring.LifeFixture.order;
import static dev.kekkai.keyring.LifeFixture.plan;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kekkai.audit.AuditEvent;
import dev.kekkai.custody.Provenance;
import dev.kekkai.envelope.Mechanism;
import dev.kekkai.store.KeyState;
import dev.kekkai.store.StoredVersion;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RotationTest {
    private static final Duration SOON = Duration.ofSeconds(90);

    @TempDir
    Path folder;

    private LifeFixture fixture;

    @BeforeEach
    void begin_with_an_active_version() throws Exception {
        fixture = LifeFixture.serving(folder);
    }

    @AfterEach
    void close() throws Exception {
        fixture.close();
    }

    @Test
    void the_new_version_wraps_and_the_old_one_opens() throws Exception {
        Change change = fixture.keys().rotate(order(), now());

        assertThat(change.changed()).isTrue();
        assertThat(change.said()).contains("version 2 is ACTIVE").contains("version 1 RETIRED");
        assertThat(fixture.states()).containsExactly(KeyState.RETIRED, KeyState.ACTIVE);
        assertThat(fixture.version(1).retired()).isEqualTo(fixture.now);
        assertThat(fixture.version(2).epoch()).isEqualTo(2);
        assertThat(fixture.open().active().kek().number()).isEqualTo(2);
    }

    @Test
    void what_is_done_is_recorded_before_it_is_done() throws Exception {
        fixture.keys().rotate(order(), now());

        assertThat(fixture.audit.events())
                .extracting(AuditEvent::action)
                .containsExactly("key.create", "key.activate", "key.create", "key.activate");
    }

    @Test
    void a_prepared_version_is_used_when_it_is_named_by_number_or_by_the_beginning_of_its_id() throws Exception {
        fixture.keys().create(order(), Mechanism.AES_GCM, false);
        fixture.keys().create(order(), Mechanism.AES_GCM, false);

        fixture.keys().rotate(order(), plan("2", Duration.ZERO));
        String id = fixture.version(3).kek().version().toString();
        fixture.keys().rotate(order(), plan(id.substring(0, 12), Duration.ZERO));

        assertThat(fixture.states()).containsExactly(KeyState.RETIRED, KeyState.RETIRED, KeyState.ACTIVE);
    }

    @Test
    void repeating_it_for_a_version_that_is_active_changes_nothing() throws Exception {
        Change change = fixture.keys().rotate(order(), plan("1", Duration.ZERO));

        assertThat(change.changed()).isFalse();
        assertThat(change.said()).contains("ACTIVE already");
        assertThat(fixture.states()).containsExactly(KeyState.ACTIVE);
    }

    @Test
    void no_version_becomes_active_twice() throws Exception {
        fixture.keys().rotate(order(), now());

        assertThatThrownBy(() -> fixture.keys().rotate(order(), plan("1", Duration.ZERO)))
                .isInstanceOf(KeyringException.class)
                .hasMessageContaining("at most once")
                .hasMessageContaining("without --version");
        assertThat(fixture.audit.last().outcome()).isEqualTo(AuditEvent.Outcome.REFUSED);
    }

    @Test
    void a_dry_run_says_what_would_be_done_and_does_nothing() throws Exception {
        int events = fixture.audit.events().size();

        Change change = fixture.keys().rotate(dryRun(), now());

        assertThat(change.changed()).isFalse();
        assertThat(change.said()).contains("would generate").contains("version 1 would become RETIRED");
        assertThat(fixture.states()).containsExactly(KeyState.ACTIVE);
        assertThat(fixture.keys().view(TENANT).unregistered()).isEmpty();
        assertThat(fixture.audit.events()).hasSize(events);
    }

    @Test
    void a_version_that_does_not_prove_itself_stays_prepared() throws Exception {
        fixture.keys().create(order(), Mechanism.AES_GCM, false);
        fixture.memory.lie();

        assertThatThrownBy(() -> fixture.keys().rotate(order(), plan("2", Duration.ZERO)))
                .isInstanceOf(KeyringException.class);

        assertThat(fixture.states()).containsExactly(KeyState.ACTIVE, KeyState.PREPARED);
    }

    @Test
    void a_prepared_version_whose_key_was_replaced_stays_prepared() throws Exception {
        StoredVersion prepared = fixture.keys()
                .create(order(), Mechanism.AES_GCM, false)
                .versions()
                .getFirst();
        fixture.memory.put(prepared.kek(), Provenance.BORN_INSIDE);

        assertThatThrownBy(() -> fixture.keys().rotate(order(), plan("2", Duration.ZERO)))
                .isInstanceOf(KeyringException.class)
                .hasMessageContaining("canary does not open")
                .hasMessageContaining("'kekkai key retire 2'");
        assertThat(fixture.states()).containsExactly(KeyState.ACTIVE, KeyState.PREPARED);
    }

    @Test
    void a_scheduled_version_waits_for_its_time_through_restarts() throws Exception {
        Change change = fixture.keys().rotate(order(), plan("", SOON));
        assertThat(change.said()).contains("becomes ACTIVE at " + fixture.now.plus(SOON));

        fixture.now = fixture.now.plus(SOON).minusMillis(1);
        fixture.restart();
        assertThat(fixture.keys().activateDue(order()).changed()).isFalse();
        assertThat(fixture.states()).containsExactly(KeyState.ACTIVE, KeyState.PREPARED);

        fixture.now = fixture.now.plusMillis(1);
        ScheduledActivation.catchUp(fixture.keys(), TENANT);

        assertThat(fixture.states()).containsExactly(KeyState.RETIRED, KeyState.ACTIVE);
        assertThat(fixture.version(2).activateAt()).isNull();
        assertThat(fixture.audit.last().api()).isEqualTo("server");
    }

    @Test
    void a_running_server_activates_it_and_puts_it_into_service() throws Exception {
        fixture.keys().rotate(order(), plan("", SOON));
        try (var background = new ScheduledThreadPoolExecutor(1)) {
            Keyring keyring =
                    new Keyring(fixture.open(), fixture.store(), fixture.hsm, background, DeepProbe.Pace.DEFAULT);
            var scheduled = new ScheduledActivation(fixture.keys(), keyring, () -> fixture.now);

            scheduled.look();
            assertThat(keyring.snapshot().active().kek().number()).isEqualTo(1);

            fixture.now = fixture.now.plus(SOON);
            fixture.hsm.goneAfter(0);
            scheduled.look();
            assertThat(keyring.snapshot().active().kek().number()).isEqualTo(1);

            fixture.hsm.back();
            fixture.now = fixture.now.plusSeconds(60);
            scheduled.look();
            assertThat(keyring.snapshot().active().kek().number()).isEqualTo(2);
            background.shutdownNow();
        }
    }

    @Test
    void one_version_at_most_waits_and_the_way_out_is_named() throws Exception {
        fixture.keys().rotate(order(), plan("", SOON));

        assertThatThrownBy(() -> fixture.keys().rotate(order(), now()))
                .isInstanceOf(KeyringException.class)
                .hasMessageContaining("'kekkai key rotate --version 2'")
                .hasMessageContaining("'kekkai key retire 2'");

        fixture.keys().rotate(order(), plan("2", Duration.ofHours(1)));
        assertThat(fixture.version(2).activateAt()).isEqualTo(fixture.now.plus(Duration.ofHours(1)));
        fixture.keys().retire(order(), "2");
        assertThat(fixture.version(2).activateAt()).isNull();
        fixture.keys().rotate(order(), now());
        assertThat(fixture.states()).containsExactly(KeyState.RETIRED, KeyState.RETIRED, KeyState.ACTIVE);
    }

    @Test
    void a_time_that_must_be_a_slip_is_refused() {
        assertThatThrownBy(() -> fixture.keys().rotate(order(), plan("", Duration.ofDays(367))))
                .isInstanceOf(KeyringException.class);
        assertThatThrownBy(() -> fixture.keys().rotate(order(), plan("", Duration.ofSeconds(-1))))
                .isInstanceOf(KeyringException.class);
    }

    @Test
    void many_rotations_at_once_come_one_after_the_other() throws Exception {
        int rotations = 8;
        List<Future<Change>> changes = new ArrayList<>();
        KeyAdministration keys = fixture.keys();
        try (ExecutorService threads = Executors.newFixedThreadPool(rotations)) {
            for (int i = 0; i < rotations; i++) {
                Callable<Change> rotation = () -> keys.rotate(order(), now());
                changes.add(threads.submit(rotation));
            }
        }

        for (Future<Change> change : changes) {
            assertThat(change.get().changed()).isTrue();
        }
        assertThat(fixture.states()).filteredOn(KeyState.ACTIVE::equals).hasSize(1);
        assertThat(fixture.stored().versions())
                .extracting(StoredVersion::epoch)
                .doesNotHaveDuplicates()
                .hasSize(rotations + 1);
        fixture.open();
    }
}
