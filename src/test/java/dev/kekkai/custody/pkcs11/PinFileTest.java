package dev.kekkai.custody.pkcs11;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.kekkai.custody.CustodyException.Misconfigured;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PinFileTest {
    @TempDir
    Path folder;

    private Path file;

    @BeforeEach
    void name_the_file() {
        file = folder.resolve("pin");
    }

    @ParameterizedTest
    @ValueSource(strings = {"r--------", "rw-------", "rwx------"})
    void a_file_that_only_its_owner_reads_is_read(String mode) throws Exception {
        write("1234\n", mode);

        assertThat(new PinFile(file).read()).containsExactly('1', '2', '3', '4');
    }

    @ParameterizedTest
    @ValueSource(strings = {"r--r-----", "rw----r--", "rw--w----", "rw-----w-", "rw---x---", "rw-r--r--"})
    void a_file_that_others_can_touch_is_refused(String mode) throws Exception {
        write("1234\n", mode);

        refused("chmod 0400");
    }

    @ParameterizedTest
    @ValueSource(strings = {"geheim", "geheim\n", "geheim\r\n", "geheim\n\n"})
    void the_end_of_the_line_is_not_part_of_the_pin(String content) throws Exception {
        write(content, "rw-------");

        assertThat(new PinFile(file).read()).containsExactly('g', 'e', 'h', 'e', 'i', 'm');
    }

    @Test
    void blanks_and_characters_beyond_ascii_are_part_of_the_pin() throws Exception {
        write(" für 結界 \n", "rw-------");

        assertThat(new String(new PinFile(file).read())).isEqualTo(" für 結界 ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\n", "\r\n"})
    void an_empty_file_is_refused(String content) throws Exception {
        write(content, "rw-------");

        refused("1 to 256 bytes");
    }

    @Test
    void a_pin_of_256_bytes_is_read_and_one_of_257_is_refused() throws Exception {
        write("x".repeat(256) + "\n", "rw-------");
        assertThat(new PinFile(file).read()).hasSize(256);

        Files.writeString(file, "x".repeat(257));
        refused("1 to 256 bytes");
    }

    @Test
    void what_is_not_utf_8_is_refused() throws Exception {
        write("", "rw-------");
        Files.write(file, new byte[] {'a', (byte) 0xFF, 'b'});

        refused("not UTF-8");
    }

    @Test
    void a_folder_or_nothing_in_its_place_is_refused() throws Exception {
        refused("cannot read");

        Files.createDirectory(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        refused("not a regular file");
    }

    @Test
    void the_identity_stays_while_nobody_touches_the_file() throws Exception {
        write("1234\n", "rw-------");
        String before = new PinFile(file).identity();

        char[] unused = new PinFile(file).read();

        assertThat(new PinFile(file).identity()).isEqualTo(before);
    }

    @Test
    void a_rewrite_gives_another_identity_even_with_the_same_pin_and_the_same_time() throws Exception {
        write("1234\n", "rw-------");
        String before = new PinFile(file).identity();
        var modified = Files.getLastModifiedTime(file);

        Files.writeString(file, "1234\n", StandardCharsets.UTF_8);
        Files.setLastModifiedTime(file, modified);

        assertThat(new PinFile(file).identity()).isNotEqualTo(before);
    }

    @Test
    void a_file_moved_into_its_place_has_another_identity() throws Exception {
        write("1234\n", "rw-------");
        String before = new PinFile(file).identity();

        Path other = Files.writeString(folder.resolve("new"), "1234\n");
        Files.delete(file);
        Files.move(other, file);

        assertThat(new PinFile(file).identity()).isNotEqualTo(before);
    }

    @Test
    void the_identity_tells_neither_the_pin_nor_its_length() throws Exception {
        write("KZQWX-7731-NPLM\n", "rw-------");
        String first = new PinFile(file).identity();

        assertThat(first).doesNotContain("KZQWX").doesNotContain("7731").startsWith(file + " dev ");
        assertThat(first.replace(file.toString(), "")).doesNotContainIgnoringCase("size");
    }

    private void write(String content, String mode) throws Exception {
        Files.writeString(file, content);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
    }

    private void refused(String reason) {
        assertThatThrownBy(() -> new PinFile(file).read())
                .isInstanceOf(Misconfigured.class)
                .hasMessageContaining(file.toString())
                .hasMessageContaining(reason);
    }
}
