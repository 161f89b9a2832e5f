package dev.kekkai.attestation.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import dev.kekkai.attestation.ek.CertificateTarget;
import dev.kekkai.testing.attestation.CertificateMaker;
import dev.kekkai.testing.attestation.LogWriter;
import dev.kekkai.testing.attestation.SoftwareEk;
import dev.kekkai.testing.fuzz.Jazzer;
import dev.kekkai.testing.fuzz.Jazzer.Outcome;
import dev.kekkai.tpm.structure.AkTemplate;
import dev.kekkai.tpm.structure.HashAlg;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Briefly here; {@code bin/test --long} gives each target minutes. */
class VerifierFuzzTest {
    @TempDir
    private Path corpus;

    @Test
    void an_event_log_is_read_or_refused() throws Exception {
        LogWriter agile = LogWriter.agile(HashAlg.SHA1, HashAlg.SHA256)
                .startupLocality(3)
                .event(0, LogWriter.EV_SEPARATOR, "firmware")
                .event(4, LogWriter.EV_IPL, "kernel");
        Files.write(corpus.resolve("agile"), agile.bytes());
        Files.write(
                corpus.resolve("legacy"),
                LogWriter.legacy().event(4, LogWriter.EV_IPL, "kernel").bytes());

        nothingIsFound(EventLogTarget.class);
    }

    @Test
    void claims_and_evidence_are_refused() throws Exception {
        byte[] ak = AkTemplate.template().bytes();
        byte[] claim = new byte[3 + 2 * ak.length];
        claim[0] = (byte) ak.length;
        claim[1] = (byte) ak.length;
        System.arraycopy(ak, 0, claim, 3, ak.length);
        System.arraycopy(ak, 0, claim, 3 + ak.length, ak.length);
        Files.write(corpus.resolve("claim"), claim);

        nothingIsFound(EvidenceTarget.class);
    }

    @Test
    void certificates_are_read_or_refused() throws Exception {
        byte[] der = CertificateMaker.ca("ca")
                .signedWith("SHA256withECDSA")
                .selfSigned(SoftwareEk.ecc("secp256r1"))
                .getEncoded();
        String pem = "-----BEGIN CERTIFICATE-----\n" + Base64.getMimeEncoder().encodeToString(der)
                + "\n-----END CERTIFICATE-----\n";
        Files.write(corpus.resolve("der"), der);
        Files.write(corpus.resolve("pem"), pem.getBytes(StandardCharsets.US_ASCII));

        nothingIsFound(CertificateTarget.class);
    }

    private void nothingIsFound(Class<?> target) throws Exception {
        Outcome outcome = Jazzer.run(target, corpus);

        assertThat(outcome.exit()).as(outcome.said()).isZero();
        assertThat(outcome.said()).containsPattern("Done \\d{3,} (runs )?in");
    }
}
