package dev.kekkai.keyring;

import static dev.kekkai.keyring.KeyringFixture.TENANT;
import static dev.kekkai.keyring.KeyringFixture.dek;
import static dev.kekkai.keyring.KeyringFixture.randomId;
import static dev.kekkai.keyring.KeyringFixture.randomLineage;
import static dev.kekkai.keyring.KeyringFixture.result;
import static dev.kekkai.keyring.KeyringFixture.unwrap;
import static dev.kekkai.keyring.KeyringFixture.wrap;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kekkai.audit.AuditEvent;
import dev.kekkai.audit.AuditException;
import dev.kekkai.custody.CustodyException.KeyUnsafe;
import dev.kekkai.custody.Kek;
import dev.kekkai.custody.Provenance;
import dev.kekkai.dek.WrappedDek;
import dev.kekkai.envelope.Mechanism;
import dev.kekkai.id.Lineage;
import dev.kekkai.secret.Secret;
import dev.kekkai.store.KeyState;
import dev.kekkai.store.StoredVersion;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeyAdministrationTest {
    private static final Provenance RESTORED = new Provenance(false, false, false);

    @TempDir
    Path folder;

    private KeyringFixture fixture;

    @BeforeEach
    void begin_with_nothing() throws Exception {
        fixture = new KeyringFixture(folder);
    }

    @AfterEach
    void close_the_store() throws Exception {
        fixture.close();
    }

    @Test
    void the_first_version_is_active_and_the_second_is_prepared() throws Exception {
        StoredVersion first = fixture.create();
        StoredVersion second = fixture.create();

        assertThat(first.state()).isEqualTo(KeyState.ACTIVE);
        assertThat(first.epoch()).isEqualTo(1);
        assertThat(first.kek().number()).isEqualTo(1);
        assertThat(first.provenance()).isEqualTo(Provenance.BORN_INSIDE);
        assertThat(first.created()).isEqualTo(fixture.now);
        assertThat(second.state()).isEqualTo(KeyState.PREPARED);
        assertThat(second.epoch()).isNull();
        assertThat(second.kek().number()).isEqualTo(2);
        assertThat(second.kek().lineage()).isEqualTo(first.kek().lineage());
    }

    @Test
    void creation_and_activation_are_recorded() throws Exception {
        StoredVersion first = fixture.create();

        assertThat(fixture.audit.events()).extracting(AuditEvent::action).containsExactly("key.create", "key.activate");
        assertThat(fixture.audit.events())
                .allMatch(
                        event -> event.keyVersion().equals(first.kek().version().toString())
                                && event.caller().name().equals("root"));
    }

    @Test
    void a_version_that_cannot_be_recorded_is_not_even_generated() throws Exception {
        fixture.audit.diskFull(true);
        assertThatThrownBy(fixture::create).isInstanceOf(AuditException.class);
        assertThat(fixture.sql.load(TENANT)).isEmpty();
        assertThat(result(fixture.hsm.list())).isEmpty();

        fixture.audit.diskFull(false);
        assertThat(fixture.create().kek().number()).isEqualTo(1);
    }

    @Test
    void with_strange_keys_on_the_token_a_new_keyring_takes_the_operators_word() throws Exception {
        Kek strange = put(randomLineage(), 4, Provenance.BORN_INSIDE);

        assertThatThrownBy(fixture::create)
                .isInstanceOf(KeyringException.class)
                .hasMessageContaining(strange.lineage().toString())
                .hasMessageContaining("kekkai key adopt")
                .hasMessageContaining("--new-keyring");
        assertThat(fixture.sql.load(TENANT)).isEmpty();

        StoredVersion created = fixture.create(true);
        assertThat(created.kek().lineage()).isNotEqualTo(strange.lineage());
        assertThat(created.kek().number()).isEqualTo(1);
    }

    @Test
    void a_number_on_the_token_is_not_given_again() throws Exception {
        Lineage lineage = fixture.create().kek().lineage();
        put(lineage, 7, Provenance.BORN_INSIDE);
        put(randomLineage(), 90, Provenance.BORN_INSIDE);

        assertThat(fixture.create().kek().number()).isEqualTo(8);
    }

    @Test
    void a_lost_database_is_rebuilt_and_opens_what_was_wrapped_before() throws Exception {
        fixture.create();
        Secret dek = dek();
        WrappedDek wrapped = result(fixture.service(fixture.keyring()).wrap(wrap(dek, null)));

        List<StoredVersion> adopted = loseTheDatabase().adopt(null, false);

        assertThat(adopted).extracting(StoredVersion::state).containsExactly(KeyState.RETIRED);
        assertThat(fixture.audit.last().action()).isEqualTo("key.adopt");
        fixture.create();
        try (Secret opened = result(fixture.service(fixture.keyring()).unwrap(unwrap(wrapped)))) {
            assertThat(opened.sameAs(dek.lent())).isTrue();
        }
    }

    @Test
    void after_a_rebuild_the_next_epoch_lies_above_every_one_that_can_have_been_given() throws Exception {
        put(fixture.create().kek().lineage(), 3, Provenance.BORN_INSIDE);

        loseTheDatabase().adopt(null, false);

        assertThat(fixture.stored().epochFloor()).isEqualTo(4 * 4096);
        assertThat(fixture.create().epoch()).isEqualTo(4 * 4096 + 1);
    }

    @Test
    void adopting_again_finds_nothing_new_and_later_what_came_since() throws Exception {
        Lineage lineage = fixture.create().kek().lineage();

        assertThat(fixture.adopt(null, false)).isEmpty();

        Kek other = put(lineage, 2, Provenance.BORN_INSIDE);
        assertThat(fixture.adopt(lineage, false)).extracting(StoredVersion::kek).containsExactly(other);
    }

    @Test
    void of_several_lineages_the_operator_says_which() throws Exception {
        Kek one = put(randomLineage(), 1, Provenance.BORN_INSIDE);
        Kek two = put(randomLineage(), 1, Provenance.BORN_INSIDE);

        assertThatThrownBy(() -> fixture.adopt(null, false))
                .isInstanceOf(KeyringException.class)
                .hasMessageContaining(one.lineage().toString())
                .hasMessageContaining(two.lineage().toString());
        assertThatThrownBy(() -> fixture.adopt(randomLineage(), false)).isInstanceOf(KeyringException.class);

        assertThat(fixture.adopt(two.lineage(), false))
                .extracting(StoredVersion::kek)
                .containsExactly(two);
    }

    @Test
    void another_lineage_cannot_join_a_keyring() throws Exception {
        fixture.create();

        assertThatThrownBy(() -> fixture.adopt(randomLineage(), false))
                .isInstanceOf(KeyringException.class)
                .hasMessageContaining("cannot join");
    }

    @Test
    void from_an_empty_token_nothing_is_adopted() {
        assertThatThrownBy(() -> fixture.adopt(null, false))
                .isInstanceOf(KeyringException.class)
                .hasMessageContaining("nothing to adopt");
    }

    @Test
    void a_restored_key_takes_the_operators_word_and_without_it_nothing_at_all_is_adopted() throws Exception {
        Lineage lineage = randomLineage();
        put(lineage, 1, Provenance.BORN_INSIDE);
        put(lineage, 2, RESTORED);

        assertThatThrownBy(() -> fixture.adopt(null, false))
                .isInstanceOf(KeyUnsafe.class)
                .hasMessageContaining("--accept-provenance");
        assertThat(fixture.sql.load(TENANT)).isEmpty();

        assertThat(fixture.adopt(null, true))
                .extracting(StoredVersion::provenance)
                .containsExactly(Provenance.BORN_INSIDE, RESTORED);
    }

    private Kek put(Lineage lineage, int number, Provenance provenance) {
        Kek kek = new Kek(randomId(), lineage, number, Mechanism.AES_GCM);
        fixture.hsm.put(kek, provenance);
        return kek;
    }

    /** The same token over a new database. */
    private KeyringFixture loseTheDatabase() throws Exception {
        fixture.sql.close();
        fixture.background.shutdownNow();
        fixture = new KeyringFixture(Files.createTempDirectory(folder, "new"), fixture.hsm);
        return fixture;
    }
}
