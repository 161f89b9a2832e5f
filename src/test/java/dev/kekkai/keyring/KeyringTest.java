package dev.kekkai.keyring;

import static dev.kekkai.keyring.KeyringFixture.TENANT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.kekkai.dek.Deadline;
import dev.kekkai.dek.DekException;
import dev.kekkai.dek.Health;
import dev.kekkai.id.KeyId;
import dev.kekkai.id.VersionId;
import dev.kekkai.store.KeyringStore;
import dev.kekkai.store.StoreException;
import dev.kekkai.store.StoredVersion;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeyringTest {
    private static final Deadline SOON = Deadline.in(Duration.ofMinutes(1));

    @TempDir
    Path folder;

    private KeyringFixture fixture;

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
    void it_starts_with_a_block_of_uses_and_a_round_trip() throws Exception {
        Keyring keyring =
                new Keyring(fixture.snapshot(), fixture.store, fixture.hsm, fixture.background, KeyringFixture.FAST);

        assertThat(keyring.start()).isInstanceOf(Health.Healthy.class);

        assertThat(fixture.snapshot().active().usesReserved()).isEqualTo(UseCounter.BLOCK);
    }

    @Test
    void a_reload_puts_a_new_active_version_into_service_at_once() throws Exception {
        Keyring keyring = fixture.keyring();
        VersionId next = fixture.create().kek().version();
        fixture.sql.activate(TENANT, next, fixture.now);

        keyring.reload();

        assertThat(keyring.snapshot().active().kek().version()).isEqualTo(next);
        assertThat(keyring.use(keyring.snapshot().active())).isEqualTo(UseCounter.Taken.GRANTED);
    }

    @Test
    void a_reload_that_fails_leaves_what_is_in_service() throws Exception {
        Keyring keyring = fixture.keyring();
        Snapshot before = keyring.snapshot();
        fixture.store.down(true);

        assertThatThrownBy(keyring::reload).isInstanceOf(StoreException.class);

        assertThat(keyring.snapshot()).isSameAs(before);
    }

    @Test
    void a_key_id_whose_epoch_was_lost_is_proved_and_remembered() throws Exception {
        StoredVersion adopted = rebuilt();
        Keyring keyring = fixture.keyring();
        KeyId told = KeyId.of(adopted.kek().version(), 1);
        assertThat(keyring.versionOf(keyring.snapshot(), told)).isEmpty();

        assertThat(keyring.provenBySearch(keyring.snapshot(), told, adopted, SOON))
                .isTrue();
        assertThat(keyring.versionOf(keyring.snapshot(), told)).isEmpty();
        keyring.learn(told, adopted.kek().version());

        assertThat(keyring.versionOf(keyring.snapshot(), told))
                .hasValue(adopted.kek().version());
        await().untilAsserted(() -> assertThat(fixture.stored().learnedKeyIds())
                .isEqualTo(Map.of(told, adopted.kek().version())));
    }

    @Test
    void a_version_has_one_key_id_and_no_second_one_is_proved() throws Exception {
        StoredVersion adopted = rebuilt();
        Keyring keyring = fixture.keyring();
        VersionId id = adopted.kek().version();
        keyring.learn(KeyId.of(id, 1), id);

        assertThat(keyring.provenBySearch(keyring.snapshot(), KeyId.of(id, 2), adopted, SOON))
                .isFalse();
    }

    @Test
    void a_search_ends_with_its_caller_s_deadline() throws Exception {
        StoredVersion adopted = rebuilt();
        Keyring keyring = fixture.keyring();
        KeyId wrong = KeyId.of(KeyringFixture.randomId(), 1);

        assertThatThrownBy(() ->
                        keyring.provenBySearch(keyring.snapshot(), wrong, adopted, new Deadline(System.nanoTime())))
                .isInstanceOf(DekException.TooLate.class);
    }

    @Test
    void the_last_possible_epoch_is_proved_and_the_next_is_not() throws Exception {
        StoredVersion adopted = rebuilt();
        Keyring keyring = fixture.keyring();
        long last = keyring.snapshot().highestEpoch();
        VersionId id = adopted.kek().version();

        assertThat(keyring.provenBySearch(keyring.snapshot(), KeyId.of(id, last), adopted, SOON))
                .isTrue();
        assertThat(keyring.provenBySearch(keyring.snapshot(), KeyId.of(id, last + 1), adopted, SOON))
                .isFalse();
        assertThat(keyring.provenBySearch(keyring.snapshot(), KeyId.of(id, 0), adopted, SOON))
                .isFalse();
        assertThat(keyring.provenBySearch(keyring.snapshot(), KeyId.of(KeyringFixture.randomId(), 1), adopted, SOON))
                .isFalse();
    }

    @Test
    void for_a_version_whose_epoch_is_known_nothing_is_searched() throws Exception {
        fixture.sql.activate(TENANT, fixture.create().kek().version(), fixture.now);
        Keyring keyring = fixture.keyring();
        StoredVersion active = keyring.snapshot().active();

        assertThat(keyring.provenBySearch(
                        keyring.snapshot(), KeyId.of(active.kek().version(), 1), active, SOON))
                .isFalse();
    }

    @Test
    void what_is_proved_while_the_store_is_down_holds_for_this_process() throws Exception {
        StoredVersion adopted = rebuilt();
        Keyring keyring = fixture.keyring();
        KeyId told = KeyId.of(adopted.kek().version(), 1);
        fixture.store.down(true);

        assertThat(keyring.provenBySearch(keyring.snapshot(), told, adopted, SOON))
                .isTrue();
        assertThat(keyring.versionOf(keyring.snapshot(), told)).isEmpty();
        keyring.learn(told, adopted.kek().version());

        assertThat(keyring.versionOf(keyring.snapshot(), told))
                .hasValue(adopted.kek().version());
    }

    @Test
    void a_spent_version_is_unhealthy() throws Exception {
        VersionId active = fixture.snapshot().active().kek().version();
        assertThat(fixture.sql.reserveUses(active, KeyringStore.MOST_USES)).isTrue();
        Keyring keyring =
                new Keyring(fixture.snapshot(), fixture.store, fixture.hsm, fixture.background, KeyringFixture.FAST);

        assertThat(keyring.start()).isInstanceOf(Health.Unhealthy.class);
        assertThat(keyring.spent()).isTrue();
    }

    /** The version that the lost database had, adopted into a new one where another is ACTIVE. */
    private StoredVersion rebuilt() throws Exception {
        fixture.close();
        fixture = new KeyringFixture(Files.createTempDirectory(folder, "new"), fixture.hsm);
        StoredVersion adopted = fixture.adopt(null, false).getFirst();
        fixture.create();
        return adopted;
    }
}
