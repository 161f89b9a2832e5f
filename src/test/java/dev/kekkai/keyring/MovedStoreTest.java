package dev.kekkai.keyring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kekkai.authority.Mover;
import dev.kekkai.authority.StoreExport;
import dev.kekkai.authority.file.ExportFile;
import dev.kekkai.authority.file.ExportReader;
import dev.kekkai.id.KeyId;
import dev.kekkai.store.StoreContent;
import dev.kekkai.store.StoreException;
import dev.kekkai.store.UntrustedStoreException;
import dev.kekkai.store.sql.SqlKeyringStore;
import dev.kekkai.testing.store.TestDatabase;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** A store that is moved to a database of the other kind, as a file that others may have changed. */
@ParameterizedClass
@EnumSource(TestDatabase.Kind.class)
class MovedStoreTest {
    @TempDir
    Path folder;

    @Parameter
    TestDatabase.Kind kind;

    private StoreFixture fixture;
    private TestDatabase target;
    private Path file;

    @BeforeEach
    void a_store_that_has_lived_and_an_empty_one_of_the_other_kind() throws Exception {
        fixture = StoreFixture.lived(kind, folder);
        var active = fixture.version(3).kek().version();
        fixture.store().reserveUses(active, 12_345);
        fixture.store().learnKeyId(KeyId.of(active, 99), active);
        target = kind.other().in(Files.createDirectory(folder.resolve("target")));
        file = folder.resolve("export.json");
        try (OutputStream out = Files.newOutputStream(file)) {
            ExportFile.write(fixture.mover().export(), out);
        }
    }

    @AfterEach
    void close_it() {
        fixture.close();
    }

    private SqlKeyringStore opened() throws StoreException {
        return target.open(fixture.notary());
    }

    private Mover.Imported restore(SqlKeyringStore store, boolean replace) throws StoreException {
        return new Mover(store, fixture.notary()).restore(ExportReader.read(file), replace, false);
    }

    @Test
    void nothing_is_lost_there_and_back() throws Exception {
        StoreContent before = fixture.store().read();
        try (SqlKeyringStore store = opened()) {
            Mover.Imported imported = restore(store, false);

            assertThat(imported.versions()).isEqualTo(4);
            assertThat(imported.behind()).isEmpty();
            assertThat(store.read()).usingRecursiveComparison().isEqualTo(before);
            assertThat(new KeyringOpener(store, fixture.hsm, fixture.hsm)
                            .open(StoreFixture.TENANT)
                            .active()
                            .kek()
                            .number())
                    .isEqualTo(3);
            StoreExport back = new Mover(store, fixture.notary()).export();
            fixture.mover().restore(back, true, false);
        }
        assertThat(fixture.store().read()).usingRecursiveComparison().isEqualTo(before);
        fixture.rotate();
    }

    @Test
    void a_store_that_is_not_empty_is_replaced_by_ones_word_only() throws Exception {
        try (SqlKeyringStore store = opened()) {
            restore(store, false);
            StoreContent before = store.read();

            assertThatThrownBy(() -> restore(store, false))
                    .isInstanceOf(StoreException.class)
                    .hasMessageContaining("is not empty")
                    .hasMessageContaining("--replace");
            assertThat(store.read()).usingRecursiveComparison().isEqualTo(before);
            assertThat(restore(store, true).replaced()).isEqualTo(4);
        }
    }

    @Test
    void one_that_is_older_than_what_this_host_has_seen_is_read_only_until_it_is_reconciled() throws Exception {
        fixture.rotate();
        fixture.mover().restore(ExportReader.read(file), true, false);

        fixture.opened();

        assertThat(fixture.notary().behind()).contains("rolled back");
        assertThatThrownBy(() -> fixture.rotate()).isInstanceOf(UntrustedStoreException.class);
        fixture.reconcile();
        fixture.rotate();
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "fewer uses         | : 12346              | : 12340              | was not signed as it is",
                "another time       | \"at\" : \"2          | \"at\" : \"3          | was not signed as it is",
                "another name       | \"default\"          | \"another\"          | was not signed as it is",
                "another chain      | 6b65792e64697361626c65 | 6b65792e656e61626c6531 | cannot be read",
                "another signature  | \"signature\" : \"     | \"signature\" : \"00   | was not signed",
                "a field too many   | \"version\" : 1      | \"version\" : 1, \"x\" : 1 | the field x is unknown",
                "a field twice      | \"version\" : 1      | \"version\" : 1, \"version\" : 1 | Duplicate field",
                "a later version    | \"version\" : 1      | \"version\" : 2      | an export of version 2",
                "no export at all   | kekkai/store-export  | something/else       | is no export of Kekkai",
            })
    void one_that_was_changed_is_refused_and_nothing_is_imported(
            String name, String old, String replacement, String reason) throws Exception {
        String text = Files.readString(file);
        assertThat(text).contains(old);
        Files.writeString(file, text.replace(old, replacement));

        try (SqlKeyringStore store = opened()) {
            assertThatThrownBy(() -> restore(store, false))
                    .isInstanceOf(StoreException.class)
                    .hasMessageContaining(reason);
            assertThat(store.read().isEmpty()).isTrue();
        }
    }

    @Test
    void one_that_was_cut_off_is_refused() throws Exception {
        String text = Files.readString(file);
        for (int length : new int[] {0, 1, 100, text.length() / 2, text.length() - 3}) {
            Files.writeString(file, text.substring(0, length));
            assertThatThrownBy(() -> ExportReader.read(file)).isInstanceOf(StoreException.class);
        }
    }

    @Test
    void an_empty_store_and_one_that_is_behind_are_not_exported() throws Exception {
        try (SqlKeyringStore store = opened()) {
            assertThatThrownBy(() -> new Mover(store, fixture.notary()).export())
                    .hasMessageContaining("the store is empty");
        }
        var old = fixture.backup();
        fixture.rotate();
        fixture.whileStopped(old::restore);
        assertThatThrownBy(() -> fixture.mover().export()).isInstanceOf(UntrustedStoreException.class);
    }
}
