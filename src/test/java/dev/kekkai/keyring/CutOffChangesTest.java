package dev.kekkai.keyring;

import static dev.kekkai.keyring.LifeFixture.TENANT;
import static dev.kekkai.keyring.LifeFixture.now;
import static dev.kekkai.keyring.LifeFixture.order;
import static dev.kekkai.keyring.LifeFixture.plan;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kekkai.custody.CustodyException;
import dev.kekkai.custody.Kek;
import dev.kekkai.store.KeyState;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A process that dies, or an HSM that is lost, between any two steps: what is left is valid, says what it is, and can be gone on with. */
class CutOffChangesTest {
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

    @ParameterizedTest
    @EnumSource(
            value = Step.class,
            names = {
                "CREATION_RECORDED",
                "KEY_GENERATED",
                "CANARY_SEALED",
                "REGISTERED",
                "PROVED",
                "ACTIVATION_RECORDED",
                "ACTIVATED"
            })
    void a_rotation_that_is_cut_off_leaves_one_active_version_and_can_be_repeated(Step step) throws Exception {
        assertThatThrownBy(() -> fixture.cutOffAfter(step).rotate(order(), now()))
                .isInstanceOf(LifeFixture.CutOff.class);
        fixture.restart();

        assertThat(fixture.open().active().kek().number()).isEqualTo(step == Step.ACTIVATED ? 2 : 1);
        assertThat(fixture.states()).isEqualTo(left(step));
        List<Kek> unregistered = fixture.keys().view(TENANT).unregistered();
        assertThat(unregistered).hasSize(step == Step.KEY_GENERATED || step == Step.CANARY_SEALED ? 1 : 0);

        fixture.keys().rotate(order(), now());
        Snapshot after = fixture.open();
        assertThat(after.epoch()).isEqualTo(step == Step.ACTIVATED ? 3 : 2);
        assertThat(fixture.states()).filteredOn(KeyState.ACTIVE::equals).hasSize(1);
    }

    private static List<KeyState> left(Step step) {
        return switch (step) {
            case CREATION_RECORDED, KEY_GENERATED, CANARY_SEALED -> List.of(KeyState.ACTIVE);
            case ACTIVATED -> List.of(KeyState.RETIRED, KeyState.ACTIVE);
            default -> List.of(KeyState.ACTIVE, KeyState.PREPARED);
        };
    }

    @Test
    void a_key_that_nobody_registered_is_picked_up_by_adopting_it_and_its_number_is_not_given_again() throws Exception {
        assertThatThrownBy(() -> fixture.cutOffAfter(Step.KEY_GENERATED).rotate(order(), now()))
                .isInstanceOf(LifeFixture.CutOff.class);
        fixture.keys().rotate(order(), now());
        assertThat(fixture.stored().versions().getLast().kek().number()).isEqualTo(3);

        fixture.keys().adopt(order(), null, false);

        assertThat(fixture.keys().view(TENANT).unregistered()).isEmpty();
        assertThat(fixture.states()).containsExactly(KeyState.RETIRED, KeyState.RETIRED, KeyState.ACTIVE);
        fixture.open();
    }

    @ParameterizedTest
    @EnumSource(
            value = Step.class,
            names = {"SCHEDULE_RECORDED", "SCHEDULED"})
    void a_schedule_that_is_cut_off_is_set_or_not(Step step) throws Exception {
        assertThatThrownBy(() -> fixture.cutOffAfter(step).rotate(order(), plan("", Duration.ofSeconds(90))))
                .isInstanceOf(LifeFixture.CutOff.class);
        fixture.restart();
        fixture.now = fixture.now.plusSeconds(90);

        boolean activated = fixture.keys().activateDue(order()).changed();

        assertThat(activated).isEqualTo(step == Step.SCHEDULED);
        assertThat(fixture.open().active().kek().number()).isEqualTo(activated ? 2 : 1);
    }

    @ParameterizedTest
    @EnumSource(
            value = Step.class,
            names = {"DESTRUCTION_RECORDED", "DESTRUCTION_BEGUN", "OBJECTS_DESTROYED", "DESTROYED"})
    void a_destruction_that_is_cut_off_says_so_serves_on_and_is_finished_by_repeating_it(Step step) throws Exception {
        fixture.disableFirst();
        fixture.now = fixture.now.plus(LifeFixture.RETENTION);
        assertThatThrownBy(() -> fixture.cutOffAfter(step).destroy(order(), "1", true))
                .isInstanceOf(LifeFixture.CutOff.class);
        fixture.restart();

        assertThat(fixture.open().active().kek().number()).isEqualTo(2);
        assertThat(fixture.version(1).state())
                .isEqualTo(step == Step.DESTROYED ? KeyState.DESTROYED : KeyState.DISABLED);
        assertThat(fixture.version(1).destroyBegun() == null).isEqualTo(step == Step.DESTRUCTION_RECORDED);

        assertThat(fixture.keys().destroy(order(), "1", true).said()).contains("DESTROYED");
        assertThat(fixture.version(1).state()).isEqualTo(KeyState.DESTROYED);
        assertThat(fixture.memory.list().toCompletableFuture().join()).hasSize(1);
    }

    @Test
    void an_hsm_that_is_lost_at_any_call_of_a_rotation_leaves_the_old_version_active() throws Exception {
        int calls = 0;
        for (boolean done = false; !done; calls++) {
            fixture.hsm.goneAfter(calls);
            done = rotated();
            fixture.hsm.back();
            fixture.restart();
            assertThat(fixture.open().active().kek().number() == 1)
                    .as("after %d calls", calls)
                    .isNotEqualTo(done);
        }

        assertThat(calls).as("calls to the HSM in a rotation").isGreaterThan(6);
        assertThat(fixture.states()).filteredOn(KeyState.ACTIVE::equals).hasSize(1);
    }

    private boolean rotated() throws Exception {
        try {
            return fixture.keys().rotate(order(), now()).changed();
        } catch (CustodyException.Unavailable e) {
            assertThat(fixture.audit.last().reason()).contains("CKR_DEVICE_REMOVED");
            return false;
        }
    }

    @Test
    void an_hsm_that_is_lost_at_a_destruction_leaves_a_version_that_can_be_enabled_or_destroyed() throws Exception {
        fixture.disableFirst();
        fixture.now = fixture.now.plus(LifeFixture.RETENTION);
        // It still signs that the destruction has begun.
        fixture.hsm.goneAfter(1);
        assertThatThrownBy(() -> fixture.keys().destroy(order(), "1", true))
                .isInstanceOf(CustodyException.Unavailable.class);
        fixture.hsm.back();
        assertThat(fixture.version(1).destroyBegun()).isNotNull();

        fixture.keys().enable(order(), "1");

        assertThat(fixture.version(1).state()).isEqualTo(KeyState.RETIRED);
        assertThat(fixture.version(1).destroyBegun()).isNull();
    }
}
