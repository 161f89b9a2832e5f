package dev.kekkai.keyring;

import static dev.kekkai.keyring.KeyringFixture.TENANT;
import static dev.kekkai.keyring.UseCounter.BLOCK;
import static dev.kekkai.keyring.UseCounter.Taken.GRANTED;
import static dev.kekkai.keyring.UseCounter.Taken.NEVER_AGAIN;
import static dev.kekkai.keyring.UseCounter.Taken.NOT_NOW;
import static org.assertj.core.api.Assertions.assertThat;

import dev.kekkai.id.VersionId;
import dev.kekkai.store.KeyringStore;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UseCounterTest {
    @TempDir
    Path folder;

    private final Deque<Runnable> background = new ArrayDeque<>();
    private KeyringFixture fixture;
    private VersionId version;
    private UseCounter counter;

    @BeforeEach
    void count_a_fresh_version() throws Exception {
        fixture = new KeyringFixture(folder);
        version = fixture.create().kek().version();
        counter = counter();
    }

    @AfterEach
    void close_the_store() throws Exception {
        fixture.close();
    }

    @Test
    void nothing_is_granted_before_a_block_is_reserved() throws Exception {
        assertThat(counter.take()).isEqualTo(NOT_NOW);
        assertThat(reserved()).isZero();

        runBackground();

        assertThat(reserved()).isEqualTo(BLOCK);
        assertThat(counter.take()).isEqualTo(GRANTED);
    }

    @Test
    void the_store_always_knows_of_at_least_as_many_uses_as_were_granted() throws Exception {
        counter.reserve();
        long granted = 0;
        for (int i = 0; i < 3 * BLOCK; i++) {
            if (counter.take() == GRANTED) {
                granted++;
            }
            if (i % 1000 == 0) {
                assertThat(reserved()).isGreaterThanOrEqualTo(granted);
                runBackground();
            }
        }

        assertThat(granted).isEqualTo(3 * BLOCK);
        assertThat(reserved()).isGreaterThanOrEqualTo(granted);
    }

    @Test
    void the_next_block_is_asked_for_once_when_half_of_one_is_left() throws Exception {
        counter.reserve();
        take(BLOCK / 2);
        assertThat(background).isEmpty();

        take(10);

        assertThat(background).hasSize(1);
        runBackground();
        assertThat(reserved()).isEqualTo(2 * BLOCK);
    }

    @Test
    void a_crash_loses_what_was_reserved_and_counts_nothing_twice() throws Exception {
        counter.reserve();
        take(7);

        UseCounter afterTheCrash = counter();
        afterTheCrash.reserve();

        assertThat(reserved()).isEqualTo(2 * BLOCK);
    }

    @Test
    void with_the_store_down_only_what_is_reserved_is_used_and_then_it_recovers() throws Exception {
        counter.reserve();
        fixture.store.down(true);
        for (int i = 0; i < BLOCK; i++) {
            assertThat(counter.take()).isEqualTo(GRANTED);
            runBackground();
        }

        assertThat(counter.take()).isEqualTo(NOT_NOW);
        runBackground();
        assertThat(counter.take()).isEqualTo(NOT_NOW);

        fixture.store.down(false);
        runBackground();
        assertThat(counter.take()).isEqualTo(GRANTED);
        assertThat(reserved()).isEqualTo(2 * BLOCK);
    }

    @Test
    void the_last_block_is_used_up_and_after_it_nothing_ever_again() throws Exception {
        assertThat(fixture.sql.reserveUses(version, KeyringStore.MOST_USES - BLOCK))
                .isTrue();
        counter.reserve();
        for (int i = 0; i < BLOCK; i++) {
            assertThat(counter.take()).isEqualTo(GRANTED);
            runBackground();
        }

        for (int i = 0; i < 3; i++) {
            assertThat(counter.take()).isEqualTo(NEVER_AGAIN);
        }
        assertThat(background).isEmpty();
        assertThat(reserved()).isEqualTo(KeyringStore.MOST_USES);
    }

    @Test
    void a_spent_version_stays_spent_after_a_restart() throws Exception {
        assertThat(fixture.sql.reserveUses(version, KeyringStore.MOST_USES)).isTrue();

        UseCounter afterRestart = counter();
        afterRestart.reserve();

        assertThat(afterRestart.take()).isEqualTo(NEVER_AGAIN);
    }

    private UseCounter counter() {
        return new UseCounter(fixture.store, version, background::add);
    }

    private void take(long times) {
        for (long i = 0; i < times; i++) {
            assertThat(counter.take()).isEqualTo(GRANTED);
        }
    }

    private void runBackground() {
        while (!background.isEmpty()) {
            background.remove().run();
        }
    }

    private long reserved() throws Exception {
        return fixture.sql.load(TENANT).orElseThrow().versions().getFirst().usesReserved();
    }
}
