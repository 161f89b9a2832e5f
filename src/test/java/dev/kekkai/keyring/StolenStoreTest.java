package dev.kekkai.keyring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.kekkai.custody.CustodyException;
import dev.kekkai.custody.Provenance;
import dev.kekkai.store.StoredVersion;
import dev.kekkai.testing.custody.MemoryHsm;
import dev.kekkai.testing.process.Leak;
import dev.kekkai.testing.store.TestDatabase;
import java.nio.file.Path;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** A thief has every byte of the database and of the state folder, and an HSM of their own. */
@ParameterizedClass
@EnumSource(TestDatabase.Kind.class)
class StolenStoreTest {
    @TempDir
    Path folder;

    @Parameter
    TestDatabase.Kind kind;

    @Test
    void it_holds_no_key_and_its_canaries_do_not_open_elsewhere() throws Exception {
        try (StoreFixture fixture = StoreFixture.lived(kind, folder)) {
            fixture.whileStopped(() -> {
                Path stolen = fixture.database.flushed();
                assertThat(fixture.hsm.keys()).hasSize(4);
                for (byte[] key : fixture.hsm.keys()) {
                    assertThat(Leak.of(ByteString.copyFrom(key), stolen)).isEmpty();
                    assertThat(Leak.of(ByteString.copyFrom(key), folder)).isEmpty();
                }
            });
            byte[] canary = fixture.version(3).canary();
            assertThat(fixture.database.ask("SELECT canary FROM key_version WHERE number = 3"))
                    .as("what is there can be found")
                    .isEqualTo(HexFormat.of().formatHex(canary));

            MemoryHsm thiefs = new MemoryHsm();
            assertThatThrownBy(() -> new KeyringOpener(fixture.store(), thiefs, thiefs).open(StoreFixture.TENANT))
                    .isInstanceOf(CustodyException.KeyMissing.class);
            for (StoredVersion version : fixture.keyring().versions()) {
                thiefs.put(version.kek(), Provenance.BORN_INSIDE);
                assertThatThrownBy(() -> new Canary(thiefs).check(version.kek(), version.canary()))
                        .isInstanceOf(KeyringException.class)
                        .hasMessageContaining("its canary does not open");
            }
        }
    }
}
