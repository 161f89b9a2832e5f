package dev.kekkai.authority.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kekkai.id.VersionId;
import dev.kekkai.store.SeenHead;
import dev.kekkai.store.StoreException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MemoryFileTest {
    private static final VersionId VERSION = VersionId.parse("000102030405060708090a0b0c0d0e0f");
    private static final SeenHead HEAD = new SeenHead(UUID.randomUUID(), 7, new byte[32]);

    @TempDir
    Path folder;

    private Path file;

    @BeforeEach
    void name_it() {
        file = folder.resolve("authority-seen");
    }

    @Test
    void what_was_remembered_survives_a_restart() throws Exception {
        MemoryFile memory = MemoryFile.open(file);
        assertThat(memory.head()).isEmpty();
        memory.remember(HEAD);
        memory.rememberUses(VERSION, 65_536);

        MemoryFile again = MemoryFile.open(file);

        assertThat(again.head().orElseThrow()).usingRecursiveComparison().isEqualTo(HEAD);
        assertThat(again.uses(VERSION)).isEqualTo(65_536);
        assertThat(Files.getPosixFilePermissions(file)).isEqualTo(PosixFilePermissions.fromString("rw-------"));
    }

    @Test
    void uses_never_get_fewer() throws Exception {
        MemoryFile memory = MemoryFile.open(file);
        memory.rememberUses(VERSION, 10);
        memory.rememberUses(VERSION, 4);

        assertThat(memory.uses(VERSION)).isEqualTo(10);
    }

    @Test
    void what_a_crash_left_half_written_beside_it_is_no_matter() throws Exception {
        MemoryFile.open(file).remember(HEAD);
        Files.writeString(folder.resolve("authority-seen.new"), "kekkai authority mem");

        MemoryFile memory = MemoryFile.open(file);
        memory.rememberUses(VERSION, 3);

        assertThat(MemoryFile.open(file).head()).isPresent();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "kekkai authority memory 1\nhead 6b656b6b-6169-4000-8000-000000000001 7 00\n",
                "kekkai authority memory 2\nend\n",
                "kekkai authority memory 1\nhead x 7 00\nend\n",
                "kekkai authority memory 1\nuses zz 7\nend\n",
                "kekkai authority memory 1\nwhatever\nend\n"
            })
    void one_that_is_damaged_is_refused_and_the_way_out_is_named(String text) throws Exception {
        Files.writeString(file, text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));

        assertThatThrownBy(() -> MemoryFile.open(file))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("is damaged")
                .hasMessageContaining("remove the file");
    }

    @Test
    void one_that_others_can_write_to_is_refused() throws Exception {
        MemoryFile.open(file).remember(HEAD);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw--w----"));

        assertThatThrownBy(() -> MemoryFile.open(file)).hasMessageContaining("can be written to by others");
    }
}
