package dev.kekkai.attestation.ek;

import dev.kekkai.files.Ownership;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A folder of CA certificates, roots and intermediates, in PEM or DER, one or several a file. Hidden files are passed over, as mounted
 * configuration brings some; anything else that is no CA certificate is an error, so that none is missing unnoticed.
 */
public final class CaFolder {
    /** Most files. */
    public static final int MAX_FILES = 512;

    /** Most bytes of a file. */
    public static final int MAX_FILE_BYTES = 256 * 1024;

    /** Most certificates of all files. */
    public static final int MAX_CERTIFICATES = 1_024;

    private final Path folder;

    private CaFolder(Path folder) {
        this.folder = folder;
    }

    /**
     * Reads all of it.
     *
     * @return at least one certificate, each once, in the order of the files' names
     * @throws CaFolderException if somebody else could change it, or it does not hold CA certificates alone
     * @throws IOException if it cannot be read
     */
    public static List<X509Certificate> read(Path folder) throws CaFolderException, IOException {
        return new CaFolder(folder).read();
    }

    private List<X509Certificate> read() throws CaFolderException, IOException {
        refuseIfOthersCanChange(folder);
        Set<X509Certificate> certificates = new LinkedHashSet<>();
        for (Path file : files()) {
            refuseIfOthersCanChange(file);
            certificates.addAll(certificates(file));
            if (certificates.size() > MAX_CERTIFICATES) {
                throw new CaFolderException(folder + " holds more than " + MAX_CERTIFICATES + " certificates");
            }
        }
        if (certificates.isEmpty()) {
            throw new CaFolderException(
                    folder + " holds no certificate: put the TPM makers' CA certificates there, in PEM or DER");
        }
        return List.copyOf(certificates);
    }

    private List<Path> files() throws CaFolderException, IOException {
        List<Path> files = new ArrayList<>();
        try (Stream<Path> entries = Files.list(folder)) {
            entries.filter(entry -> !entry.getFileName().toString().startsWith("."))
                    .limit(MAX_FILES + 1L)
                    .forEach(files::add);
        }
        if (files.size() > MAX_FILES) {
            throw new CaFolderException(folder + " holds more than " + MAX_FILES + " files");
        }
        return files.stream().sorted().toList();
    }

    private static List<X509Certificate> certificates(Path file) throws CaFolderException, IOException {
        if (!Files.isRegularFile(file)) {
            throw new CaFolderException(file + " is no file: CA certificates lie in one folder, without others in it");
        }
        byte[] bytes;
        try (InputStream in = Files.newInputStream(file)) {
            bytes = in.readNBytes(MAX_FILE_BYTES + 1);
        }
        if (bytes.length > MAX_FILE_BYTES) {
            throw new CaFolderException(file + " has more than " + MAX_FILE_BYTES + " bytes: split it");
        }
        try {
            List<X509Certificate> certificates = CertificateFile.parse(bytes);
            if (certificates.stream().anyMatch(certificate -> certificate.getBasicConstraints() < 0)) {
                throw new CaFolderException(file + " holds a certificate that is no CA's: remove it from the folder");
            }
            return certificates;
        } catch (CertificateException e) {
            throw new CaFolderException(file + " does not hold CA certificates in PEM or DER: " + e.getMessage()
                    + "; remove or replace it");
        }
    }

    private static void refuseIfOthersCanChange(Path path) throws CaFolderException, IOException {
        Optional<String> objection = Ownership.objection(path);
        if (objection.isPresent()) {
            throw new CaFolderException(objection.get());
        }
    }
}
