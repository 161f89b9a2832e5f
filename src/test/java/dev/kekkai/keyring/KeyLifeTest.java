package dev.kekkai.keyring;

import static dev.kekkai.keyring.LifeFixture.RETENTION;
import static dev.kekkai.keyring.LifeFixture.dryRun;
import static dev.kekkai.keyring.LifeFixture.now;
import static dev.kekkai.keyring.LifeFixture.order;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kekkai.audit.AuditEvent;
import dev.kekkai.custody.CustodyException.KeyMissing;
import dev.kekkai.envelope.Mechanism;
import dev.kekkai.store.KeyState;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeyLifeTest {
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
    void a_prepared_version_that_is_not_wanted_goes_straight_to_retired() throws Exception {
        fixture.keys().create(order(), Mechanism.AES_GCM, false);

        assertThat(fixture.keys().retire(order(), "2").changed()).isTrue();
        assertThat(fixture.keys().retire(order(), "2").changed()).isFalse();

        assertThat(fixture.states()).containsExactly(KeyState.ACTIVE, KeyState.RETIRED);
        assertThat(fixture.audit.last().action()).isEqualTo("key.retire");
    }

    @Test
    void the_active_version_is_neither_retired_nor_disabled_nor_destroyed_by_itself() {
        assertThatThrownBy(() -> fixture.keys().retire(order(), "1")).hasMessageContaining("'kekkai key rotate'");
        assertThatThrownBy(() -> fixture.keys().disable(order(), "1")).hasMessageContaining("'kekkai key rotate'");
        assertThatThrownBy(() -> fixture.keys().destroy(order(), "1", true))
                .hasMessageContaining("'kekkai key rotate'");
        assertThat(fixture.audit.last().outcome()).isEqualTo(AuditEvent.Outcome.REFUSED);
    }

    @Test
    void disabling_and_enabling_lead_there_and_back() throws Exception {
        fixture.disableFirst();
        assertThat(fixture.version(1).disabled()).isEqualTo(fixture.now);
        assertThat(fixture.keys().disable(order(), "1").said()).contains("DISABLED already");

        assertThat(fixture.keys().enable(order(), "1").changed()).isTrue();
        assertThat(fixture.keys().enable(order(), "1").changed()).isFalse();

        assertThat(fixture.version(1).state()).isEqualTo(KeyState.RETIRED);
        assertThat(fixture.version(1).disabled()).isNull();
    }

    @Test
    void a_disabled_version_whose_key_is_gone_keeps_nobody_from_serving_and_is_not_enabled() throws Exception {
        fixture.keys().rotate(order(), now());
        fixture.memory.remove(fixture.version(1).kek());
        assertThatThrownBy(() -> fixture.open())
                .isInstanceOf(KeyMissing.class)
                .hasMessageContaining("'kekkai key disable 1'");

        fixture.keys().disable(order(), "1");

        assertThat(fixture.open().active().kek().number()).isEqualTo(2);
        assertThatThrownBy(() -> fixture.keys().enable(order(), "1")).isInstanceOf(KeyMissing.class);
    }

    @Test
    void a_keyring_whose_active_key_is_gone_goes_on_with_a_new_one() throws Exception {
        fixture.memory.remove(fixture.version(1).kek());
        assertThatThrownBy(() -> fixture.open()).hasMessageContaining("'kekkai key rotate' makes another one");

        fixture.keys().rotate(order(), now());
        fixture.keys().disable(order(), "1");

        assertThat(fixture.open().active().kek().number()).isEqualTo(2);
    }

    @Test
    void a_key_is_destroyed_after_the_retention_time_by_the_operators_word() throws Exception {
        fixture.disableFirst();
        fixture.now = fixture.now.plus(RETENTION).minusMillis(1);
        assertThatThrownBy(() -> fixture.keys().destroy(order(), "1", true))
                .isInstanceOf(KeyringException.class)
                .hasMessageContaining("keys.backup-retention")
                .hasMessageContaining(fixture.now.plusMillis(1).toString());

        fixture.now = fixture.now.plusMillis(1);
        assertThatThrownBy(() -> fixture.keys().destroy(order(), "1", false))
                .hasMessageContaining("--older-backups-may-become-unreadable");
        assertThat(fixture.keys().destroy(dryRun(), "1", false).said()).contains("would destroy");
        assertThat(fixture.memory.list().toCompletableFuture().join()).hasSize(2);

        assertThat(fixture.keys().destroy(order(), "1", true).changed()).isTrue();

        assertThat(fixture.version(1).state()).isEqualTo(KeyState.DESTROYED);
        assertThat(fixture.memory.list().toCompletableFuture().join()).hasSize(1);
        assertThat(fixture.keys().destroy(order(), "1", true).said()).contains("DESTROYED already");
        assertThatThrownBy(() -> fixture.keys().enable(order(), "1")).hasMessageContaining("lost");
        fixture.open();
    }

    @Test
    void disabling_again_begins_the_retention_time_again() throws Exception {
        fixture.disableFirst();
        fixture.now = fixture.now.plus(RETENTION);
        fixture.keys().enable(order(), "1");
        fixture.keys().disable(order(), "1");

        assertThatThrownBy(() -> fixture.keys().destroy(order(), "1", true))
                .hasMessageContaining("keys.backup-retention");
    }

    @Test
    void an_older_version_that_is_alive_is_destroyed_first() throws Exception {
        fixture.keys().rotate(order(), now());
        fixture.keys().rotate(order(), now());
        fixture.keys().disable(order(), "2");
        fixture.now = fixture.now.plus(RETENTION);

        assertThatThrownBy(() -> fixture.keys().destroy(order(), "2", true)).hasMessageContaining("destroy [1] first");
    }

    @ParameterizedTest
    @ValueSource(strings = {"7", "0", "ffffffff", "abc", "x", "", "1; DROP TABLE key_version", "99999999999999999999"})
    void a_version_that_there_is_not_is_refused_with_what_shows_those_there_are(String reference) {
        assertThatThrownBy(() -> fixture.keys().disable(order(), reference))
                .isInstanceOf(KeyringException.class)
                .hasMessageContaining("'kekkai key list'");
    }
}
