package dev.kekkai.testing.tpm;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.List;

/**
 * A manufacturer with a CA of its own in a folder: a root, an intermediate that issues EK certificates, and swtpm_setup. Not for two
 * threads at once: the CA counts serial numbers in a file. Its TPMs have the PCR banks SHA-1, SHA-256 and SHA-384, and no SHA-512.
 */
public final class SwtpmFactory {
    private final Path folder;
    private final Path configuration;

    private SwtpmFactory(Path folder, Path configuration) {
        this.folder = folder;
        this.configuration = configuration;
    }

    /** A new one; its CA is made with the first TPM. */
    public static SwtpmFactory in(Path folder) throws IOException {
        Path ca = folder.resolve("localca.conf");
        Path options = folder.resolve("localca.options");
        Path setup = folder.resolve("setup.conf");
        Files.writeString(
                ca,
                "statedir = %1$s%nsigningkey = %1$s/signkey.pem%nissuercert = %1$s/issuercert.pem%ncertserial = %1$s/certserial%n"
                        .formatted(folder));
        Files.writeString(options, "--platform-manufacturer Kekkai\n--platform-version 1\n--platform-model test\n");
        Files.writeString(
                setup,
                "create_certs_tool = /usr/bin/swtpm_localca%ncreate_certs_tool_config = %s%ncreate_certs_tool_options = %s%nactive_pcr_banks = sha1,sha256,sha384%n"
                        .formatted(ca, options));
        return new SwtpmFactory(folder, setup);
    }

    /** The root and the intermediate, after the first TPM was made. */
    public List<X509Certificate> authorities() throws IOException, CertificateException {
        return List.of(certificate("swtpm-localca-rootca-cert.pem"), certificate("issuercert.pem"));
    }

    /** The folder in which the CA's certificates lie, PEM, after the first TPM was made. */
    public Path folder() {
        return folder;
    }

    void manufacture(Path state) throws IOException {
        Process process = new ProcessBuilder(
                        "swtpm_setup",
                        "--tpm2",
                        "--tpmstate",
                        state.toString(),
                        "--create-ek-cert",
                        "--config",
                        configuration.toString())
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.onExit().join().exitValue() != 0) {
            throw new IOException("swtpm_setup failed: " + said);
        }
    }

    private X509Certificate certificate(String file) throws IOException, CertificateException {
        try (InputStream in = Files.newInputStream(folder.resolve(file))) {
            return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
        }
    }
}
