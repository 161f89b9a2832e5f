package dev.kekkai.custody.pkcs11;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WrapperLibraryTest {
    private static final byte[] ELF = {0x7F, 'E', 'L', 'F'};

    @TempDir
    Path folder;

    @Test
    void it_is_unpacked_into_a_private_folder_under_the_hash_of_its_content() throws Exception {
        Path lib = folder.resolve("lib");

        Path library = WrapperLibrary.unpack(lib);

        byte[] content = Files.readAllBytes(library);
        String hash =
                HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        assertThat(content).startsWith(ELF);
        assertThat(library).hasFileName("libpkcs11wrapper-" + hash.substring(0, 16) + ".so");
        assertThat(Files.getPosixFilePermissions(lib)).isEqualTo(PosixFilePermissions.fromString("rwx------"));
        assertThat(Files.getPosixFilePermissions(library)).isSubsetOf(PosixFilePermissions.fromString("rwx------"));
        assertThat(lib).isDirectoryContaining(file -> true).isDirectoryNotContaining("glob:**.new");
    }

    @Test
    void it_is_left_alone_where_it_is_unpacked_already() throws Exception {
        Path library = WrapperLibrary.unpack(folder);
        Object inode = Files.getAttribute(library, "unix:ino");

        assertThat(WrapperLibrary.unpack(folder)).isEqualTo(library);
        assertThat(Files.getAttribute(library, "unix:ino")).isEqualTo(inode);
    }

    @Test
    void a_file_that_somebody_changed_is_replaced_and_not_written_into() throws Exception {
        Path library = WrapperLibrary.unpack(folder);
        byte[] genuine = Files.readAllBytes(library);
        byte[] changed = genuine.clone();
        changed[changed.length / 2] ^= 1;
        Files.write(library, changed);
        Path heldOpen = Files.createLink(folder.resolve("held"), library);

        Path again = WrapperLibrary.unpack(folder);

        assertThat(again).isEqualTo(library).hasBinaryContent(genuine);
        assertThat(heldOpen).hasBinaryContent(changed);
    }

    @Test
    void a_link_to_another_file_is_replaced_and_the_other_file_is_not_touched() throws Exception {
        Path library = WrapperLibrary.unpack(folder);
        byte[] genuine = Files.readAllBytes(library);
        Path other = Files.write(folder.resolve("other"), "something else".getBytes(StandardCharsets.UTF_8));
        Files.delete(library);
        Files.createSymbolicLink(library, other);

        WrapperLibrary.unpack(folder);

        assertThat(library).isRegularFile().hasBinaryContent(genuine);
        assertThat(Files.isSymbolicLink(library)).isFalse();
        assertThat(other).hasContent("something else");
    }
}
