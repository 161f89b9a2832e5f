package dev.kekkai.keyring;

import static dev.kekkai.keyring.KeyringFixture.TENANT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kekkai.authority.SignedRows;
import dev.kekkai.custody.CustodyException.KeyMissing;
import dev.kekkai.custody.CustodyException.KeyUnsafe;
import dev.kekkai.custody.CustodyException.Unavailable;
import dev.kekkai.custody.Kek;
import dev.kekkai.custody.Provenance;
import dev.kekkai.store.StoredVersion;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeyringOpenerTest {
    @TempDir
    Path folder;

    private KeyringFixture fixture;
    private Kek kek;

    @BeforeEach
    void create_a_key() throws Exception {
        fixture = new KeyringFixture(folder);
        kek = fixture.create().kek();
    }

    @AfterEach
    void close_the_store() throws Exception {
        fixture.close();
    }

    @Test
    void a_keyring_whose_keys_are_there_and_are_themselves_opens() throws Exception {
        fixture.create();

        assertThat(fixture.opener().open(TENANT)).usingRecursiveComparison().isEqualTo(fixture.snapshot());
    }

    @Test
    void a_tenant_without_a_key_is_told_to_create_or_adopt_one(@TempDir Path other) throws Exception {
        try (KeyringFixture empty = new KeyringFixture(other, fixture.hsm)) {
            assertThatThrownBy(() -> empty.opener().open(TENANT))
                    .isInstanceOf(KeyringException.class)
                    .hasMessageContaining("kekkai key create")
                    .hasMessageContaining("holds 1 key(s)")
                    .hasMessageContaining("kekkai key adopt");
        }
    }

    @Test
    void a_rebuilt_keyring_without_an_active_version_does_not_open(@TempDir Path other) throws Exception {
        try (KeyringFixture rebuilt = new KeyringFixture(other, fixture.hsm)) {
            rebuilt.adopt(null, false);

            assertThatThrownBy(() -> rebuilt.opener().open(TENANT))
                    .isInstanceOf(KeyringException.class)
                    .hasMessageContaining("none is ACTIVE");
        }
    }

    @Test
    void a_missing_key_is_refused_also_if_another_version_wraps() throws Exception {
        StoredVersion prepared = fixture.create();
        fixture.hsm.remove(prepared.kek());

        assertThatThrownBy(() -> fixture.opener().open(TENANT)).isInstanceOf(KeyMissing.class);
    }

    @Test
    void a_changed_history_is_refused() {
        fixture.hsm.remember(kek, new Provenance(true, true, false));

        assertThatThrownBy(() -> fixture.opener().open(TENANT))
                .isInstanceOf(KeyUnsafe.class)
                .hasMessageContaining(kek.label())
                .hasMessageContaining("has changed");
    }

    @Test
    void another_key_under_the_same_id_is_refused() {
        fixture.hsm.put(kek, Provenance.BORN_INSIDE);

        assertThatThrownBy(() -> fixture.opener().open(TENANT))
                .isInstanceOf(KeyringException.class)
                .hasMessageContaining("its canary does not open")
                .hasMessageContaining(kek.version().toString());
    }

    @Test
    void an_hsm_that_opens_the_canary_to_something_else_is_refused() {
        fixture.hsm.lie();

        assertThatThrownBy(() -> fixture.opener().open(TENANT))
                .isInstanceOf(KeyringException.class)
                .hasMessageContaining("not the KEK that this keyring remembers");
    }

    @Test
    void a_damaged_canary_is_refused_as_such() throws Exception {
        store(new byte[] {1, 2});

        assertThatThrownBy(() -> fixture.opener().open(TENANT))
                .isInstanceOf(KeyringException.class)
                .hasMessageContaining("is damaged")
                .hasMessageContaining("backup");
    }

    @Test
    void the_canary_of_another_version_is_refused_before_the_hsm_is_asked() throws Exception {
        StoredVersion other = fixture.create();
        store(other.canary());
        int opened = fixture.hsm.opened().size();

        assertThatThrownBy(() -> fixture.opener().open(TENANT))
                .isInstanceOf(KeyringException.class)
                .hasMessageContaining("belongs to another key");
        assertThat(fixture.hsm.opened()).hasSize(opened);
    }

    @Test
    void an_hsm_that_fails_is_an_outage_and_no_verdict_on_the_keys() {
        fixture.hsm.failWith("gone");

        assertThatThrownBy(() -> fixture.opener().open(TENANT)).isInstanceOf(Unavailable.class);
    }

    /** Has the store remember another canary for the first version. */
    private void store(byte[] canary) throws Exception {
        new SignedRows(fixture.sql, fixture.signingKey.generate(), fixture.notary).canary(1, canary);
    }
}
