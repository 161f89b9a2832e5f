package dev.kekkai.keyring;

import static dev.kekkai.keyring.KeyringFixture.TENANT;
import static dev.kekkai.keyring.KeyringFixture.randomId;
import static dev.kekkai.keyring.KeyringFixture.randomLineage;
import static dev.kekkai.keyring.LifeFixture.dryRun;
import static dev.kekkai.keyring.LifeFixture.order;
import static dev.kekkai.keyring.LifeFixture.plan;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kekkai.custody.CustodyException.KeyUnsafe;
import dev.kekkai.custody.Kek;
import dev.kekkai.custody.Provenance;
import dev.kekkai.envelope.Mechanism;
import dev.kekkai.id.Lineage;
import dev.kekkai.store.KeyState;
import dev.kekkai.store.StoredVersion;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Keys that were made by a token's own tools, because the token makes none through PKCS#11. */
class AdoptNewTest {
    private static final Duration AT_ONCE = Duration.ZERO;

    @TempDir
    Path folder;

    private LifeFixture fixture;
    private final Lineage lineage = randomLineage();

    @BeforeEach
    void begin() throws Exception {
        fixture = new LifeFixture(folder);
    }

    @AfterEach
    void end() throws Exception {
        fixture.close();
    }

    @Test
    void a_key_that_has_never_wrapped_is_prepared_and_becomes_active_by_a_rotation() throws Exception {
        make(1);

        Change change = fixture.keys().adoptNew(order(), null, false);

        assertThat(change.said())
                .isEqualTo("version 1 is PREPARED: it wraps nothing until 'kekkai key rotate --version 1'");
        assertThat(fixture.states()).containsExactly(KeyState.PREPARED);
        assertThat(fixture.audit.last().reason()).isEqualTo("new, by the operator's word");
        fixture.keys().rotate(order(), plan("1", AT_ONCE));
        assertThat(fixture.open().active().kek().number()).isEqualTo(1);
    }

    @Test
    void the_next_one_replaces_it_and_the_first_goes_on_opening() throws Exception {
        make(1);
        fixture.keys().adoptNew(order(), null, false);
        fixture.keys().rotate(order(), plan("1", AT_ONCE));
        make(2);

        fixture.keys().adoptNew(order(), null, false);
        fixture.keys().rotate(order(), plan("2", AT_ONCE));

        assertThat(fixture.states()).containsExactly(KeyState.RETIRED, KeyState.ACTIVE);
    }

    @Test
    void of_several_keys_none_is_new_because_any_may_have_wrapped() throws Exception {
        make(1);
        Kek second = make(2);

        assertThatThrownBy(() -> fixture.keys().adoptNew(order(), null, false))
                .isInstanceOf(KeyringException.class)
                .hasMessageContaining("holds 2 keys that are not registered")
                .hasMessageContaining(second.label())
                .hasMessageContaining("without --new");
        assertThat(fixture.store().load(TENANT)).isEmpty();
    }

    @Test
    void a_number_that_is_not_above_all_others_is_no_new_key() throws Exception {
        make(2);
        fixture.keys().adopt(order(), null, false);
        Kek late = make(1);

        assertThatThrownBy(() -> fixture.keys().adoptNew(order(), null, false))
                .isInstanceOf(KeyringException.class)
                .hasMessageContaining(late.label() + " is not new: version 2 is registered already")
                .hasMessageContaining("number 3");
        assertThat(fixture.states()).containsExactly(KeyState.RETIRED);
    }

    @Test
    void what_was_adopted_as_retired_never_wraps_again_whatever_is_said_later() throws Exception {
        make(1);
        fixture.keys().adopt(order(), null, false);

        assertThat(fixture.keys().adoptNew(order(), null, false).said()).contains("nothing to adopt");
        assertThatThrownBy(() -> fixture.keys().rotate(order(), plan("1", AT_ONCE)))
                .isInstanceOf(KeyringException.class)
                .hasMessageContaining("at most once");
    }

    @Test
    void a_creation_that_the_token_refused_leaves_no_keyring_in_the_way() throws Exception {
        fixture.hsm.goneAfter(1);
        assertThatThrownBy(() -> fixture.keys().create(order(), Mechanism.AES_GCM, false))
                .hasMessageContaining("CKR_DEVICE_REMOVED");
        fixture.hsm.back();
        Kek made = make(1);

        assertThat(fixture.keys().adoptNew(order(), null, false).versions())
                .extracting(StoredVersion::kek)
                .containsExactly(made);
    }

    @Test
    void a_key_of_another_keyring_is_not_adopted_and_the_answer_says_whose_it_is() throws Exception {
        make(1);
        fixture.keys().adoptNew(order(), null, false);
        Kek stranger = new Kek(randomId(), randomLineage(), 2, Mechanism.AES_GCM);
        fixture.memory.put(stranger, Provenance.BORN_INSIDE);

        assertThat(fixture.keys().adoptNew(order(), null, false).said())
                .contains("nothing to adopt")
                .contains("lineage " + lineage)
                .contains("keys of other keyrings: " + stranger.lineage());
    }

    @Test
    void its_history_is_judged_like_any_others() throws Exception {
        fixture.memory.put(new Kek(randomId(), lineage, 1, Mechanism.AES_GCM), new Provenance(false, true, true));

        assertThatThrownBy(() -> fixture.keys().adoptNew(order(), null, false))
                .isInstanceOf(KeyUnsafe.class)
                .hasMessageContaining("--accept-provenance");
    }

    @Test
    void a_dry_run_says_what_it_would_be() throws Exception {
        Kek made = make(1);

        assertThat(fixture.keys().adoptNew(dryRun(), null, false).said())
                .isEqualTo("would register as PREPARED: " + made.label());
        assertThat(fixture.store().load(TENANT)).isEmpty();
    }

    private Kek make(int number) {
        Kek kek = new Kek(randomId(), lineage, number, Mechanism.AES_GCM);
        fixture.memory.put(kek, Provenance.BORN_INSIDE);
        return kek;
    }
}
