package dev.kekkai.keyring;

import static dev.kekkai.keyring.LifeFixture.TENANT;
import static dev.kekkai.keyring.LifeFixture.dryRun;
import static dev.kekkai.keyring.LifeFixture.now;
import static dev.kekkai.keyring.LifeFixture.order;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kekkai.custody.CustodyException.KeyUnsafe;
import dev.kekkai.custody.Kek;
import dev.kekkai.custody.Provenance;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AcceptanceTest {
    private static final Provenance RESTORED = new Provenance(false, false, false);

    @TempDir
    Path folder;

    private LifeFixture fixture;
    private Kek first;

    @BeforeEach
    void begin_with_two_versions() throws Exception {
        fixture = LifeFixture.serving(folder);
        fixture.keys().rotate(order(), now());
        first = fixture.version(1).kek();
    }

    @AfterEach
    void close() throws Exception {
        fixture.close();
    }

    @Test
    void a_changed_history_is_refused_until_it_is_accepted() throws Exception {
        fixture.memory.remember(first, RESTORED);
        assertThatThrownBy(() -> fixture.open())
                .isInstanceOf(KeyUnsafe.class)
                .hasMessageContaining("'kekkai key accept-provenance 1'");

        assertThat(fixture.keys().acceptProvenance(dryRun(), "1").said()).contains("would accept");
        assertThatThrownBy(() -> fixture.open()).isInstanceOf(KeyUnsafe.class);
        assertThat(fixture.keys().acceptProvenance(order(), "1").changed()).isTrue();

        assertThat(fixture.version(1).provenance()).isEqualTo(RESTORED);
        assertThat(fixture.audit.last().action()).isEqualTo("key.accept-provenance");
        assertThat(fixture.audit.last().reason()).contains("local=true").contains("local=false");
        assertThat(fixture.keys().acceptProvenance(order(), "1").changed()).isFalse();
        fixture.open();
    }

    @Test
    void the_history_of_another_key_is_never_accepted() throws Exception {
        fixture.memory.put(first, RESTORED);

        assertThatThrownBy(() -> fixture.keys().acceptProvenance(order(), "1"))
                .isInstanceOf(KeyringException.class)
                .hasMessageContaining("canary does not open");
        assertThat(fixture.version(1).provenance()).isEqualTo(Provenance.BORN_INSIDE);
    }

    @Test
    void a_damaged_canary_of_a_version_that_wraps_no_more_is_renewed() throws Exception {
        fixture.damageCanary(1);
        assertThatThrownBy(() -> fixture.open())
                .isInstanceOf(KeyringException.class)
                .hasMessageContaining("damaged")
                .hasMessageContaining("'kekkai key adopt --version 1'");

        assertThat(fixture.keys().renewCanary(dryRun(), "1").changed()).isFalse();
        assertThat(fixture.keys().renewCanary(order(), "1").changed()).isTrue();

        fixture.open();
        assertThat(fixture.keys().renewCanary(order(), "1").said()).contains("is there and opens");
    }

    @Test
    void a_version_that_wraps_gets_no_new_canary() throws Exception {
        fixture.damageCanary(2);

        assertThatThrownBy(() -> fixture.keys().renewCanary(order(), "2"))
                .isInstanceOf(KeyringException.class)
                .hasMessageContaining("must wrap nothing")
                .hasMessageContaining("'kekkai key rotate'");

        fixture.keys().rotate(order(), now());
        fixture.keys().renewCanary(order(), "2");
        fixture.open();
    }

    @Test
    void a_canary_that_can_be_read_and_does_not_open_is_never_replaced() throws Exception {
        fixture.memory.put(first, Provenance.BORN_INSIDE);

        assertThatThrownBy(() -> fixture.keys().renewCanary(order(), "1"))
                .isInstanceOf(KeyringException.class)
                .hasMessageContaining("canary does not open");
        assertThatThrownBy(() -> fixture.open()).isInstanceOf(KeyringException.class);
    }

    @Test
    void with_neither_canary_nor_history_nothing_proves_the_key() throws Exception {
        fixture.damageCanary(1);
        fixture.memory.remember(first, RESTORED);

        assertThatThrownBy(() -> fixture.keys().renewCanary(order(), "1"))
                .isInstanceOf(KeyUnsafe.class)
                .hasMessageContaining("restore the store from a backup");
        assertThatThrownBy(() -> fixture.keys().acceptProvenance(order(), "1")).isInstanceOf(KeyringException.class);
    }

    @Test
    void what_the_token_cannot_tell_is_said_in_the_view() throws Exception {
        fixture.hsm.goneAfter(0);

        KeyringView view = fixture.keys().view(TENANT);

        assertThat(view.versions()).hasSize(2);
        assertThat(view.problem()).contains("CKR_DEVICE_REMOVED");
    }
}
