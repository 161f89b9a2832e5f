package dev.kekkai.audit.otlp;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.Collection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** Whose certificates are believed, by a PEM file of roots and by nothing else. */
final class CollectorTrust {
    private CollectorTrust() {}

    static SSLContext of(Path roots) throws IOException {
        try (InputStream pem = Files.newInputStream(roots)) {
            Collection<? extends Certificate> certificates =
                    CertificateFactory.getInstance("X.509").generateCertificates(pem);
            if (certificates.isEmpty()) {
                throw new IOException(roots + " holds no certificate; expected PEM");
            }
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            int number = 0;
            for (Certificate certificate : certificates) {
                store.setCertificateEntry("root-" + ++number, certificate);
            }
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(store);
            SSLContext tls = SSLContext.getInstance("TLS");
            tls.init(null, trust.getTrustManagers(), null);
            return tls;
        } catch (NoSuchFileException e) {
            throw new IOException("there is no file " + roots + ": write the roots there, or name another file", e);
        } catch (GeneralSecurityException e) {
            throw new IOException(roots + " cannot be read as certificates: " + e.getMessage(), e);
        }
    }
}
