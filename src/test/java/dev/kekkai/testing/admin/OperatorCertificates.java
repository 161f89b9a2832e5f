package dev.kekkai.testing.admin;

import dev.kekkai.testing.process.Finished;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** Authorities, a server's certificate and operators' certificates in a folder, made by openssl as an administrator would. */
public final class OperatorCertificates {
    private static final String PASSWORD = "changeit";

    private final Path folder;

    private OperatorCertificates(Path folder) {
        this.folder = folder;
    }

    /** {@code server-ca}, {@code server} for 127.0.0.1, {@code operators-ca}, and {@code other-ca}, which nobody knows. */
    public static OperatorCertificates in(Path folder) throws IOException, InterruptedException {
        OperatorCertificates made = new OperatorCertificates(Files.createDirectories(folder));
        for (String ca : List.of("server-ca", "operators-ca", "other-ca")) {
            made.openssl(
                    "req",
                    "-x509",
                    "-newkey",
                    "ec",
                    "-pkeyopt",
                    "ec_paramgen_curve:P-256",
                    "-nodes",
                    "-days",
                    "2",
                    "-subj",
                    "/CN=" + ca,
                    "-keyout",
                    ca + ".key",
                    "-out",
                    ca + ".crt");
        }
        made.issue("server-ca", "server", "/CN=kekkai", "IP:127.0.0.1");
        return made;
    }

    /**
     * Issues a certificate: {@code name.crt}, {@code name.key}, {@code name.p12}.
     *
     * @param san an alternative name as openssl writes it
     */
    public OperatorCertificates issue(String ca, String name, String subject, String san)
            throws IOException, InterruptedException {
        Files.writeString(folder.resolve(name + ".ext"), "subjectAltName = " + san + "\n");
        openssl(
                "req",
                "-new",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:P-256",
                "-nodes",
                "-subj",
                subject,
                "-keyout",
                name + ".key",
                "-out",
                name + ".csr");
        openssl(
                "x509",
                "-req",
                "-in",
                name + ".csr",
                "-CA",
                ca + ".crt",
                "-CAkey",
                ca + ".key",
                "-CAcreateserial",
                "-days",
                "2",
                "-extfile",
                name + ".ext",
                "-out",
                name + ".crt");
        openssl(
                "pkcs12",
                "-export",
                "-in",
                name + ".crt",
                "-inkey",
                name + ".key",
                "-passout",
                "pass:" + PASSWORD,
                "-out",
                name + ".p12");
        Files.setPosixFilePermissions(folder.resolve(name + ".key"), PosixFilePermissions.fromString("rw-------"));
        return this;
    }

    public Path file(String name) {
        return folder.resolve(name);
    }

    /**
     * TLS 1.3 as the JDK speaks it.
     *
     * @param ca who is believed
     * @param name whose certificate is shown; empty for none
     */
    public SSLContext tls(String ca, String name) throws IOException, GeneralSecurityException {
        KeyStore roots = KeyStore.getInstance("PKCS12");
        roots.load(null, null);
        try (InputStream pem = Files.newInputStream(folder.resolve(ca + ".crt"))) {
            roots.setCertificateEntry(
                    "ca", CertificateFactory.getInstance("X.509").generateCertificate(pem));
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(roots);
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(own(name), PASSWORD.toCharArray());
        SSLContext tls = SSLContext.getInstance("TLSv1.3");
        tls.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
        return tls;
    }

    private KeyStore own(String name) throws IOException, GeneralSecurityException {
        KeyStore own = KeyStore.getInstance("PKCS12");
        if (name.isEmpty()) {
            own.load(null, null);
            return own;
        }
        try (InputStream in = Files.newInputStream(folder.resolve(name + ".p12"))) {
            own.load(in, PASSWORD.toCharArray());
        }
        return own;
    }

    private void openssl(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("openssl"));
        command.addAll(List.of(arguments));
        Finished.of(folder, Map.of(), command).succeeded();
    }
}
