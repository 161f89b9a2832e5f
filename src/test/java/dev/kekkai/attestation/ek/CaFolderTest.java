package dev.kekkai.attestation.ek;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.kekkai.testing.attestation.CertificateMaker;
import dev.kekkai.testing.attestation.SoftwareEk;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Base64;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class CaFolderTest {
    private static X509Certificate one;
    private static X509Certificate two;
    private static X509Certificate leaf;

    @TempDir
    private Path folder;

    @BeforeAll
    static void some_certificates() throws Exception {
        KeyPair key = SoftwareEk.ecc("secp256r1");
        one = CertificateMaker.ca("one").signedWith("SHA256withECDSA").selfSigned(key);
        two = CertificateMaker.ca("two").signedWith("SHA256withECDSA").selfSigned(key);
        leaf = CertificateMaker.ek(false).signedWith("SHA256withECDSA").issued(key.getPublic(), one, key);
    }

    @Test
    void der_and_pem_and_bundles_are_read_each_certificate_once() throws Exception {
        write("a.cer", one.getEncoded());
        write("b.pem", ("subject=CN = two\n" + pem(two) + "\n" + pem(one)).getBytes(StandardCharsets.UTF_8));
        write(".hidden", new byte[] {1, 2, 3});
        Files.createDirectory(folder.resolve("..data"));

        assertThat(CaFolder.read(folder)).containsExactly(one, two);
    }

    @Test
    void windows_line_endings_are_read() throws Exception {
        write("a.crt", pem(one).replace("\n", "\r\n").getBytes(StandardCharsets.UTF_8));

        assertThat(CaFolder.read(folder)).containsExactly(one);
    }

    @Test
    void what_is_no_ca_certificate_is_an_error_that_names_the_file() throws Exception {
        refused("README.txt", "put CAs here".getBytes(StandardCharsets.UTF_8), "it holds no certificate");
        refused("cut.cer", Arrays.copyOf(one.getEncoded(), 100), "does not hold CA certificates");
        refused("long.cer", Arrays.copyOf(one.getEncoded(), one.getEncoded().length + 1), "nothing else");
        refused("cut.pem", pem(one).substring(0, 100).getBytes(StandardCharsets.UTF_8), "not whole");
        refused("half.pem", (pem(one) + pem(two).substring(0, 100)).getBytes(StandardCharsets.UTF_8), "not whole");
        refused(
                "key.pem",
                "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n".getBytes(StandardCharsets.UTF_8),
                "it holds a PRIVATE KEY");
        refused(
                "base64.pem",
                "-----BEGIN CERTIFICATE-----\nA\n-----END CERTIFICATE-----\n".getBytes(StandardCharsets.UTF_8),
                "base64");
        refused("leaf.cer", leaf.getEncoded(), "no CA's: remove it");
        refused("empty.pem", new byte[0], "it holds no certificate");
        refused("big.pem", new byte[CaFolder.MAX_FILE_BYTES + 1], "split it");
    }

    @Test
    void a_folder_in_the_folder_is_an_error() throws IOException {
        Files.createDirectory(folder.resolve("more"));

        assertThatExceptionOfType(CaFolderException.class)
                .isThrownBy(() -> CaFolder.read(folder))
                .withMessageContaining("is no file");
    }

    @Test
    void an_empty_folder_is_an_error_that_says_what_belongs_there() {
        assertThatExceptionOfType(CaFolderException.class)
                .isThrownBy(() -> CaFolder.read(folder))
                .withMessageContaining("put the TPM makers' CA certificates there");
    }

    @Test
    void more_files_than_there_are_makers_are_an_error() throws IOException {
        for (int i = 0; i <= CaFolder.MAX_FILES; i++) {
            write("f" + i, new byte[0]);
        }

        assertThatExceptionOfType(CaFolderException.class)
                .isThrownBy(() -> CaFolder.read(folder))
                .withMessageContaining("more than 512 files");
    }

    @Test
    void a_folder_or_file_that_somebody_else_can_write_to_is_not_trusted() throws Exception {
        Path file = write("a.cer", one.getEncoded());
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw-r--"));
        assertThatExceptionOfType(CaFolderException.class)
                .isThrownBy(() -> CaFolder.read(folder))
                .withMessageContaining("a.cer can be written to by others");

        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));
        assertThatExceptionOfType(CaFolderException.class)
                .isThrownBy(() -> CaFolder.read(folder))
                .withMessageContaining(folder + " can be written to by others");

        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
        assertThat(CaFolder.read(folder)).containsExactly(one);
    }

    @Test
    @Timeout(20)
    void a_file_of_white_space_is_refused_in_no_time() throws Exception {
        refused(
                "blank.pem",
                ("-----BEGIN CERTIFICATE-----" + " ".repeat(CaFolder.MAX_FILE_BYTES - 100))
                        .getBytes(StandardCharsets.UTF_8),
                "not whole");
    }

    /** Everything that can be wrong with a file is a {@link CertificateException}. */
    @Test
    void tampered_certificates_are_read_or_refused_and_nothing_else() throws Exception {
        Random random = new Random(5);
        byte[] der = one.getEncoded();
        byte[] text = (pem(one) + pem(two)).getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < 20_000; i++) {
            byte[] tampered = (i % 2 == 0 ? der : text).clone();
            for (int flips = 1 + random.nextInt(4); flips > 0; flips--) {
                tampered[random.nextInt(tampered.length)] = (byte) random.nextInt();
            }
            try {
                assertThat(CertificateFile.parse(tampered)).isNotEmpty();
            } catch (CertificateException refused) {
                assertThat(refused.getMessage()).isNotEmpty();
            }
        }
    }

    private void refused(String name, byte[] content, String why) throws IOException {
        Path file = write(name, content);

        assertThatExceptionOfType(CaFolderException.class)
                .isThrownBy(() -> CaFolder.read(folder))
                .withMessageContaining(file.toString())
                .withMessageContaining(why);
        Files.delete(file);
    }

    private Path write(String name, byte[] content) throws IOException {
        Path file = Files.write(folder.resolve(name), content);
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
    }

    private static String pem(X509Certificate certificate) throws CertificateException {
        return "-----BEGIN CERTIFICATE-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(certificate.getEncoded())
                + "\n-----END CERTIFICATE-----\n";
    }
}
