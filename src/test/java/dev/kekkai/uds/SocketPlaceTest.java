package dev.kekkai.uds;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SocketPlaceTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({
        "@kms, abstract",
        "kms.sock, absolute path",
        "unix:///run/kms.sock, without `unix:`",
        "/, absolute path of a file",
    })
    void a_path_of_the_wrong_form_is_refused(String path, String advice) {
        assertThatThrownBy(() -> UnixSocketServer.start(SocketPlace.ownerOnly(Path.of(path)), Serving.of()))
                .isInstanceOf(SocketUnusableException.class)
                .hasMessageContaining(advice);
    }

    @ParameterizedTest
    @CsvSource({"rw-rw-rw-", "rw----r--", "rwx-----x"})
    void a_mode_that_gives_others_access_is_refused(String mode) {
        SocketPlace place = new SocketPlace(folder.resolve("s"), PosixFilePermissions.fromString(mode), "");

        assertThatThrownBy(() -> UnixSocketServer.start(place, Serving.of()))
                .isInstanceOf(SocketUnusableException.class)
                .hasMessageContaining(mode)
                .hasMessageContaining("every user");
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void the_longest_path_whose_staging_path_fits_sun_path_is_served() throws Exception {
        Path longest = ofLength(103);

        try (UnixSocketServer server = UnixSocketServer.start(SocketPlace.ownerOnly(longest), Serving.of())) {
            assertThat(Files.exists(server.path())).isTrue();
        }
    }

    @Test
    void a_path_one_byte_longer_is_refused_with_the_limit() {
        assertThatThrownBy(() -> UnixSocketServer.start(SocketPlace.ownerOnly(ofLength(104)), Serving.of()))
                .isInstanceOf(SocketUnusableException.class)
                .hasMessageContaining("104 bytes, the limit is 103");
    }

    private Path ofLength(int bytes) {
        return folder.resolve("k".repeat(bytes - folder.toString().length() - 1));
    }
}
