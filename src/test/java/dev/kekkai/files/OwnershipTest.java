package dev.kekkai.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OwnershipTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"rwx------", "rwxr-xr-x", "r--------"})
    void what_only_its_owner_can_write_is_trusted(String mode) throws Exception {
        assertThat(Ownership.objection(file(mode))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"rwx-w----", "rwx----w-", "rwxrwxrwx"})
    void what_others_can_write_is_not(String mode) throws Exception {
        assertThat(Ownership.objection(file(mode)).orElseThrow())
                .contains("can be written to by others")
                .contains(folder.toString());
    }

    @Test
    void a_link_counts_for_what_it_leads_to() throws Exception {
        Path link = Files.createSymbolicLink(folder.resolve("link"), file("rwxrwxrwx"));

        assertThat(Ownership.objection(link)).isPresent();
    }

    @Test
    void root_and_this_user_are_trusted_and_nobody_else() throws Exception {
        int own = (Integer) Files.getAttribute(folder, "unix:uid");

        assertThat(Ownership.mineOrRoots(0)).isTrue();
        assertThat(Ownership.mineOrRoots(own)).isTrue();
        assertThat(Ownership.mineOrRoots(own + 1)).isFalse();
    }

    private Path file(String mode) throws Exception {
        return Files.setPosixFilePermissions(
                Files.createFile(folder.resolve("file")), PosixFilePermissions.fromString(mode));
    }
}
