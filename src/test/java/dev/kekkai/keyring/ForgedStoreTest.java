package dev.kekkai.keyring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kekkai.envelope.Mechanism;
import dev.kekkai.id.Lineage;
import dev.kekkai.id.TenantId;
import dev.kekkai.store.KeyState;
import dev.kekkai.store.StoreException;
import dev.kekkai.store.UntrustedStoreException;
import dev.kekkai.testing.authority.Hosts;
import dev.kekkai.testing.authority.MemorySigningKey;
import dev.kekkai.testing.store.TestDatabase;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Somebody who may write to the database changes one thing in a store that is believed, and gains nothing: it is found, and named. */
@ParameterizedClass
@EnumSource(TestDatabase.Kind.class)
class ForgedStoreTest {
    @TempDir
    Path folder;

    @Parameter
    TestDatabase.Kind kind;

    private StoreFixture fixture;

    @BeforeEach
    void a_store_that_is_believed() throws Exception {
        fixture = StoreFixture.lived(kind, folder);
        assertThat(fixture.states()).containsExactly("1 DISABLED", "2 RETIRED", "3 ACTIVE", "4 PREPARED");
    }

    @AfterEach
    void close_it() {
        fixture.close();
    }

    /** Rows that were changed, added, removed or swapped: the chain is whole, and the rows are brought back from it. */
    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "a disabled key enabled  | UPDATE key_version SET state = 'RETIRED', disabled_at = NULL WHERE number = 1 | was changed: state, time of disabling",
                "a key activated         | UPDATE key_version SET state = 'RETIRED', retired_at = 1 WHERE number = 3; UPDATE key_version SET state = 'ACTIVE', epoch = 9 WHERE number = 4 | was changed: state",
                "an activation scheduled | UPDATE key_version SET activate_at = 1 WHERE number = 4 | of key version 4 .* was changed: time of activation",
                "a destruction begun     | UPDATE key_version SET destroy_begun_at = 1 WHERE number = 1 | was changed: begun destruction",
                "a key called destroyed  | UPDATE key_version SET state = 'DESTROYED', destroy_begun_at = 1 WHERE number = 1 | was changed: state, begun destruction",
                "another epoch           | UPDATE key_version SET epoch = 77 WHERE number = 3 | of key version 3 .* was changed: epoch",
                "another canary          | UPDATE key_version SET canary = (SELECT canary FROM key_version WHERE number = 2) WHERE number = 3 | of key version 3 .* was changed: canary",
                "a canary of nothing     | UPDATE key_version SET canary = '' WHERE number = 3 | was changed: canary",
                "another history         | UPDATE key_version SET never_extractable = 0 WHERE number = 3 | of key version 3 .* was changed: provenance",
                "another mechanism       | UPDATE key_version SET mechanism = 2 WHERE number = 3 | was changed: number or mechanism",
                "a mechanism of nobody's | UPDATE key_version SET mechanism = 99 WHERE number = 3 | cannot be read: the mechanism 99 is unknown",
                "a time set forward      | UPDATE key_version SET disabled_at = disabled_at - 8000000000 WHERE number = 1 | was changed: time of disabling",
                "a state of nobody's id  | UPDATE key_version SET version_id = 'ffffffffffffffffffffffffffffffff' WHERE number = 4 | key version 4 .* was added",
                "an id that is none      | UPDATE key_version SET version_id = 'zz' WHERE number = 4 | the row of key version zz cannot be read",
                "a key removed           | DELETE FROM key_version WHERE number = 1 | key version 1 .* was removed",
                "a key added             | INSERT INTO key_version SELECT 'eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee', lineage, 5, mechanism, 'RETIRED', NULL, 1, 1, 1, canary, 1, NULL, 0, NULL, NULL, NULL FROM key_version WHERE number = 2 | key version 5 .* was added",
                "two keys swapped        | UPDATE key_version SET number = 90 WHERE number = 1; UPDATE key_version SET number = 1 WHERE number = 2; UPDATE key_version SET number = 2 WHERE number = 90 | was changed: number or mechanism",
                "the epoch floor raised  | UPDATE keyring SET epoch_floor = 4000000000 | the epoch floor of tenant .* was changed from 0 to 4000000000",
                "a key_id learned        | INSERT INTO learned_key_id SELECT 'kekkai:AAAA', version_id FROM key_version WHERE number = 2 | the learned key_ids of tenant .* were changed",
            })
    void rows_that_do_not_follow_from_the_chain_are_found_and_brought_back(String name, String sql, String found)
            throws Exception {
        List<String> before = fixture.states();
        byte[] canary = fixture.version(3).canary();
        fixture.whileStopped(() -> fixture.database.change(sql.split(";")));

        assertThatThrownBy(() -> fixture.opened())
                .isInstanceOf(UntrustedStoreException.class)
                .message()
                .containsPattern(found)
                .contains("kekkai store reconcile");
        assertThatThrownBy(() -> fixture.rotate()).isInstanceOf(UntrustedStoreException.class);

        assertThat(fixture.reconcile().said()).contains("version 5 is ACTIVE");
        assertThat(fixture.states().subList(0, 2)).isEqualTo(before.subList(0, 2));
        assertThat(fixture.version(3).canary()).isEqualTo(canary);
        assertThat(fixture.version(3).state()).isEqualTo(KeyState.RETIRED);
        assertThat(fixture.opened().active().kek().number()).isEqualTo(5);
    }

    /** The chain itself: nothing can be believed, and reconciling does not help. */
    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "an entry removed        | DELETE FROM authority_entry WHERE serial = 4 | entry 5 of the authority chain comes after entry 3: what was between them was removed",
                "the first removed       | DELETE FROM authority_entry WHERE serial = 1 | does not begin with its first entry",
                "the last removed        | DELETE FROM authority_entry WHERE serial = (SELECT MAX(serial) FROM authority_entry) | entries were removed from its end",
                "two put in other order  | UPDATE authority_entry SET serial = 900 WHERE serial = 3; UPDATE authority_entry SET serial = 3 WHERE serial = 4; UPDATE authority_entry SET serial = 4 WHERE serial = 900 | is kept as number 3 of the authority chain says that it is number 4",
                "one changed             | UPDATE authority_entry SET entry = REPLACE(entry, '01010100', '01010000') WHERE serial = 3 | does not follow from entry 3 as it is stored now",
                "the last changed        | UPDATE authority_entry SET entry = REPLACE(entry, '6b65792e64697361626c65', '6b65792e656e61626c6531') WHERE serial = (SELECT MAX(serial) FROM authority_entry) | cannot be read",
                "one that is no entry    | UPDATE authority_entry SET entry = 'nothing' WHERE serial = 3 | entry 3 of the authority chain cannot be read",
                "one cut short           | UPDATE authority_entry SET entry = substr(entry, 1, length(entry) - 2) WHERE serial = 3 | entry 3 of the authority chain cannot be read",
                "all entries removed     | DELETE FROM authority_entry | all entries of the authority chain were removed",
                "the head removed        | DELETE FROM authority_head | the signed head of the authority chain was removed",
                "another signature       | UPDATE authority_head SET signature = REPLACE(signature, 'a', 'b') | was not signed by the key 'kekkai-authority'",
                "a signature that is none| UPDATE authority_head SET signature = 'zz' | was not signed by the key 'kekkai-authority'",
                "another head            | UPDATE authority_head SET serial = serial - 1 | entries were removed from its end, or added there",
                "another hash            | UPDATE authority_head SET hash = REPLACE(hash, 'a', 'b') | is not the one that its head was signed for",
                "the chain removed       | DELETE FROM authority_entry; DELETE FROM authority_head | the authority chain was removed from the store",
            })
    void a_chain_that_the_hsm_did_not_sign_is_found(String name, String sql, String found) throws Exception {
        fixture.whileStopped(() -> fixture.database.change(sql.split(";")));

        assertThatThrownBy(() -> fixture.opened())
                .isInstanceOf(UntrustedStoreException.class)
                .hasMessageContaining(found)
                .hasMessageContaining("kekkai key adopt");
        assertThatThrownBy(() -> fixture.rotate()).isInstanceOf(UntrustedStoreException.class);
        assertThatThrownBy(() -> fixture.reconcile()).isInstanceOf(UntrustedStoreException.class);
    }

    /** Who reads all that somebody else wrote has no memory left for serving. */
    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "too many entries | INSERT INTO authority_entry WITH RECURSIVE n(i) AS (SELECT 1000 UNION ALL SELECT i + 1 FROM n WHERE i < 202000) SELECT i, '00' FROM n | authority_entry holds more than Kekkai ever writes",
                "too long an entry | INSERT INTO authority_entry WITH RECURSIVE n(i, t) AS (SELECT 1000, '0000000000000000' UNION ALL SELECT i + 1, REPLACE(t, '0', '00') FROM n WHERE i < 1022) SELECT i, t FROM n | characters in entry",
            })
    void more_than_kekkai_ever_writes_is_not_read(String name, String sql, String found) throws Exception {
        fixture.whileStopped(() -> fixture.database.change(sql));

        assertThatThrownBy(() -> fixture.opened())
                .isInstanceOf(UntrustedStoreException.class)
                .hasMessageContaining(found);
    }

    @Test
    void what_the_schema_forbids_is_damage_when_the_schema_was_changed() throws Exception {
        fixture.whileStopped(() -> fixture.database.change(
                "DROP TABLE learned_key_id",
                "CREATE TABLE learned_key_id (key_id TEXT, version_id TEXT)",
                "INSERT INTO learned_key_id SELECT NULL, version_id FROM key_version"));

        assertThatThrownBy(() -> fixture.opened()).isInstanceOf(UntrustedStoreException.class);
        fixture.reconcile();
        assertThat(fixture.opened().active().kek().number()).isEqualTo(5);
    }

    /** What is written and cannot be read again would be the end of the store. */
    @Test
    void a_change_that_would_fill_a_table_beyond_what_is_read_is_refused_and_the_store_stays_readable()
            throws Exception {
        fixture.whileStopped(() -> fixture.database.change(
                "INSERT INTO tenant (id, name) WITH RECURSIVE n(i) AS (SELECT 100000000001 UNION ALL SELECT i + 1 FROM n"
                        + " WHERE i < 100000004999) SELECT '00000000-0000-4000-8000-' || i, 'filled ' || i FROM n"));
        assertThat(fixture.database.ask("SELECT COUNT(*) FROM tenant")).isEqualTo("5000");
        TenantId next = new TenantId(UUID.randomUUID());

        assertThatThrownBy(() -> fixture.store().createKeyring(next, new Lineage(UUID.randomUUID()), 0))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("the change is refused: with it the table tenant would hold 5001 rows");

        assertThat(fixture.opened().active().kek().number()).isEqualTo(3);
        fixture.rotate();
        assertThat(fixture.opened().active().kek().number()).isEqualTo(5);
    }

    @Test
    void a_forged_entry_is_not_signed_along_with_the_next_change() throws Exception {
        fixture.whileStopped(() -> fixture.database.change(
                "INSERT INTO authority_entry SELECT MAX(serial) + 1, '00' FROM authority_entry",
                "UPDATE authority_head SET serial = serial + 1"));
        int signed = fixture.key.signatures();

        assertThatThrownBy(() -> fixture.rotate()).isInstanceOf(UntrustedStoreException.class);

        assertThat(fixture.key.signatures()).isEqualTo(signed);
    }

    @Test
    void the_keyring_of_another_tenant_is_not_taken_for_ones_own() throws Exception {
        String other = UUID.randomUUID().toString();
        fixture.whileStopped(() -> fixture.database.change(
                "INSERT INTO tenant (id, name) VALUES ('" + other + "', 'other')",
                "UPDATE keyring SET tenant_id = '" + other + "'"));

        assertThatThrownBy(() -> fixture.opened())
                .isInstanceOf(UntrustedStoreException.class)
                .hasMessageContaining("the keyring of tenant " + other + " was added");
        fixture.reconcile();
        assertThat(fixture.opened().tenant()).isEqualTo(StoreFixture.TENANT);
    }

    @Test
    void a_count_of_uses_that_was_lowered_is_raised_again_to_what_this_host_has_seen() throws Exception {
        var active = fixture.version(3).kek().version();
        fixture.store().reserveUses(active, 1000);
        long before = fixture.version(3).usesReserved();
        fixture.whileStopped(() -> fixture.database.change("UPDATE key_version SET uses_reserved = 0"));

        assertThat(fixture.store().reserveUses(active, 10)).isTrue();

        assertThat(fixture.version(3).usesReserved()).isEqualTo(before + 10);
    }

    @Test
    void an_emptied_database_is_a_lost_one_and_the_keyring_is_rebuilt_above_the_serial_that_was_seen()
            throws Exception {
        long serial = fixture.notary().seen().orElseThrow().serial();
        List<String> tables = new ArrayList<>(List.of("learned_key_id", "key_version", "keyring", "authority_entry"));
        fixture.whileStopped(() -> fixture.database.change(
                tables.stream().map(table -> "DELETE FROM " + table).toArray(String[]::new)));
        fixture.whileStopped(() -> fixture.database.change("UPDATE authority_head SET signature = ''"));

        assertThatThrownBy(() -> fixture.opened())
                .isInstanceOf(KeyringException.class)
                .hasMessageContaining("kekkai key adopt");
        assertThatThrownBy(() -> fixture.reconcile())
                .isInstanceOf(UntrustedStoreException.class)
                .hasMessageContaining(
                        "the store is empty, and this host has seen its authority chain up to serial " + serial)
                .hasMessageContaining("kekkai key adopt");
        fixture.keys().adopt(StoreFixture.order(), null, false);

        assertThat(fixture.states()).containsExactly("1 RETIRED", "2 RETIRED", "3 RETIRED", "4 RETIRED");
        assertThat(fixture.notary().seen().orElseThrow().serial()).isGreaterThan(serial);
        assertThat(fixture.reconcile().changed()).isFalse();
    }

    @Test
    void a_chain_that_was_removed_is_not_begun_again_even_on_a_host_that_has_not_seen_it() throws Exception {
        fixture.whileStopped(() -> {
            fixture.database.change("DELETE FROM authority_entry", "UPDATE authority_head SET signature = ''");
            Files.delete(folder.resolve("authority-seen"));
        });

        assertThatThrownBy(() -> fixture.reconciler().takeOver(false))
                .isInstanceOf(UntrustedStoreException.class)
                .hasMessageContaining("the token has the key 'kekkai-authority'")
                .hasMessageContaining("--take-over");
        assertThatThrownBy(() -> fixture.opened()).isInstanceOf(UntrustedStoreException.class);

        assertThat(fixture.keys()
                        .reconcile(StoreFixture.order(), Mechanism.AES_GCM, true)
                        .said())
                .contains("taken over");
        assertThat(fixture.opened().active().kek().number()).isEqualTo(3);
    }

    @Test
    void the_operators_word_does_not_help_on_a_host_that_has_seen_the_chain() throws Exception {
        fixture.whileStopped(() ->
                fixture.database.change("DELETE FROM authority_entry", "UPDATE authority_head SET signature = ''"));

        assertThatThrownBy(() -> fixture.keys().reconcile(StoreFixture.order(), Mechanism.AES_GCM, true))
                .isInstanceOf(UntrustedStoreException.class)
                .hasMessageContaining("the authority chain was removed");
    }

    @Test
    void another_token_does_not_believe_the_store() throws Exception {
        fixture.close();
        var other = new MemorySigningKey();
        try (var store = fixture.database.open(Hosts.notary(other, folder))) {
            assertThatThrownBy(() -> store.load(StoreFixture.TENANT))
                    .isInstanceOf(UntrustedStoreException.class)
                    .hasMessageContaining("this token does not have the key");
            other.generate();
            assertThatThrownBy(() -> store.load(StoreFixture.TENANT))
                    .isInstanceOf(UntrustedStoreException.class)
                    .hasMessageContaining("another token");
        }
        fixture.whileStopped(() -> {});
    }
}
