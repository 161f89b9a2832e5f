package dev.kekkai.app;

import dev.kekkai.config.KekkaiConfig;
import dev.kekkai.identity.ServerRoots;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.List;

/** The roots that agents are to trust, beside the store, for an operator to hand on. Public data; no server reads it. */
public final class RootsFile {
    private static final int LINE = 64;

    private final Path path;

    private RootsFile(Path path) {
        this.path = path;
    }

    /** The one that goes with a store. */
    public static RootsFile of(KekkaiConfig config) {
        return new RootsFile(config.store().path().resolveSibling("server-roots.pem"));
    }

    public Path path() {
        return path;
    }

    /** PEM, the active root first. */
    public String read() throws IOException {
        return Files.readString(path, StandardCharsets.US_ASCII);
    }

    /** Leaves the file alone if it says the same but for the signatures, which are new at each start. */
    void write(ServerRoots roots) throws IOException {
        if (says(roots.certificates())) {
            return;
        }
        StringBuilder pem = new StringBuilder();
        Base64.Encoder lines = Base64.getMimeEncoder(LINE, new byte[] {'\n'});
        for (X509Certificate root : roots.certificates()) {
            pem.append("-----BEGIN CERTIFICATE-----\n")
                    .append(lines.encodeToString(der(root)))
                    .append("\n-----END CERTIFICATE-----\n");
        }
        Path staged = path.resolveSibling(path.getFileName() + ".new");
        Files.writeString(staged, pem, StandardCharsets.US_ASCII);
        Files.move(staged, path, StandardCopyOption.ATOMIC_MOVE);
    }

    private boolean says(List<X509Certificate> roots) throws IOException {
        try {
            List<X509Certificate> written = CertificateFactory.getInstance("X.509")
                    .generateCertificates(new ByteArrayInputStream(Files.readAllBytes(path)))
                    .stream()
                    .map(X509Certificate.class::cast)
                    .toList();
            return contents(written).equals(contents(roots));
        } catch (NoSuchFileException | CertificateException e) {
            return false;
        }
    }

    private static List<String> contents(List<X509Certificate> certificates) {
        return certificates.stream()
                .map(certificate -> certificate.getSubjectX500Principal() + " "
                        + Base64.getEncoder()
                                .encodeToString(certificate.getPublicKey().getEncoded()))
                .toList();
    }

    private static byte[] der(X509Certificate certificate) {
        try {
            return certificate.getEncoded();
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException("a certificate of ours cannot be encoded", e);
        }
    }
}
