package dev.kekkai.audit.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.InstantSource;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which files are taken for a trail. */
class TrailFileTest {
    private static final InstantSource CLOCK = InstantSource.system();

    @TempDir
    Path folder;

    private Path file;

    @BeforeEach
    void name_the_file() {
        file = folder.resolve("audit.jsonl");
    }

    @Test
    void the_file_is_created_for_its_owner_only() throws Exception {
        FileAuditTrail.open(file, new UUID(1, 2), CLOCK, TrailOptions.DEFAULT).close();

        assertThat(Files.getPosixFilePermissions(file)).isEqualTo(PosixFilePermissions.fromString("rw-------"));
    }

    @Test
    void a_link_is_refused_and_its_target_untouched() throws Exception {
        Path target = folder.resolve("target");
        Files.createSymbolicLink(file, target);
        refused("is a symbolic link; the audit trail must be the file itself");
        assertThat(target).doesNotExist();
    }

    @Test
    void what_is_no_regular_file_is_refused() throws Exception {
        Files.createDirectory(file);
        refused("is not a regular file; move it aside");
    }

    @ParameterizedTest
    @ValueSource(strings = {"rw-rw----", "rw-----w-"})
    void a_file_that_others_may_write_is_refused(String mode) throws Exception {
        Files.createFile(file);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
        refused("is writable by others than its owner, who could have changed it; look at it, then chmod 0600");
    }

    @Test
    void a_missing_folder_is_named() {
        file = folder.resolve("none/audit.jsonl");
        refused("its folder does not exist; create it with mode 0700");
    }

    private void refused(String reason) {
        assertThatThrownBy(() -> FileAuditTrail.open(file, new UUID(1, 2), CLOCK, TrailOptions.DEFAULT))
                .isInstanceOf(IOException.class)
                .hasMessage(file + ": " + reason);
    }
}
