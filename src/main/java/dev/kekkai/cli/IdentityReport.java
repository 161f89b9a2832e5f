package dev.kekkai.cli;

import dev.kekkai.attestation.ek.EkFingerprint;
import dev.kekkai.attestation.ek.EndorsementKey;
import dev.kekkai.attestation.eventlog.EventLog;
import dev.kekkai.attestation.eventlog.MalformedEventLogException;
import dev.kekkai.attestation.pcr.BankName;
import dev.kekkai.attestation.pcr.Digest;
import dev.kekkai.attestation.prover.NodeIdentity;
import dev.kekkai.attestation.verdict.Refusal;
import dev.kekkai.tpm.structure.HashAlg;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Who a TPM is and what was booted, for a person and for {@code kekkai policy diff}.
 *
 * @param certificates the EK's, then those above it, as text; judged by nobody here
 * @param agrees of the PCRs that the event log speaks of, those to whose value it replays
 */
record IdentityReport(
        EkFingerprint name,
        EkFingerprint spki,
        String template,
        List<Certificate> certificates,
        String ak,
        HashAlg bank,
        SortedMap<Integer, Digest> pcrs,
        byte[] log,
        String logSummary,
        SortedMap<Integer, Boolean> agrees) {
    /** Of a certificate, what a person looks for. */
    record Certificate(String subject, String issuer, String ends) {}

    static IdentityReport of(NodeIdentity identity, HashAlg bank, SortedMap<Integer, byte[]> values, byte[] log)
            throws Refusal {
        EndorsementKey ek = EndorsementKey.parse(identity.ek().bytes());
        SortedMap<Integer, Digest> pcrs = new TreeMap<>();
        values.forEach((pcr, value) -> pcrs.put(pcr, Digest.of(bank, value)));
        SortedMap<Integer, Boolean> agrees = new TreeMap<>();
        return new IdentityReport(
                EkFingerprint.nameOf(ek),
                EkFingerprint.spkiOf(ek),
                identity.template().name().replace('_', '-'),
                certificates(identity.ekChain()),
                HexFormat.of().formatHex(identity.akName()),
                bank,
                pcrs,
                log,
                summary(log, bank, pcrs, agrees),
                agrees);
    }

    private static List<Certificate> certificates(List<byte[]> chain) {
        List<Certificate> certificates = new ArrayList<>();
        for (byte[] der : chain) {
            try {
                X509Certificate certificate = (X509Certificate)
                        CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der));
                certificates.add(new Certificate(
                        certificate.getSubjectX500Principal().getName(),
                        certificate.getIssuerX500Principal().getName(),
                        certificate.getNotAfter().toInstant().toString()));
            } catch (CertificateException e) {
                certificates.add(new Certificate("a certificate that cannot be read", "", ""));
            }
        }
        return certificates;
    }

    private static String summary(
            byte[] log, HashAlg bank, SortedMap<Integer, Digest> pcrs, SortedMap<Integer, Boolean> agrees) {
        if (log.length == 0) {
            return "none: a policy for this node has raw PCR values";
        }
        try {
            EventLog read = EventLog.parse(log);
            pcrs.forEach((pcr, value) -> {
                if (read.measures(pcr) && read.covers(bank, pcr)) {
                    agrees.put(pcr, read.replay(bank, pcr).equals(value));
                }
            });
            return read.events().size() + " events, " + log.length + " bytes, "
                    + read.format().name().toLowerCase(Locale.ROOT);
        } catch (MalformedEventLogException e) {
            return "cannot be read: " + e.getMessage();
        }
    }

    /** The name alone, as {@code --ek} takes it. */
    String qr() {
        return QrCode.draw(name.hex().toUpperCase(Locale.ROOT));
    }

    void text(Terminal terminal) {
        PrintWriter out = terminal.out();
        line(out, "EK name", name.hex());
        line(out, "EK SPKI", spki.hex());
        line(out, "EK template", template);
        for (Certificate each : certificates) {
            line(out, "EK certificate", each.subject() + ", by " + each.issuer() + ", until " + each.ends());
        }
        if (certificates.isEmpty()) {
            line(out, "EK certificate", "none: the operator who enrols it vouches for it");
        }
        line(out, "AK name", ak);
        pcrs.forEach((pcr, value) ->
                line(out, "PCR " + pcr + " " + BankName.of(bank), value.hex() + replayed(agrees.get(pcr))));
        line(out, "event log", logSummary);
        out.flush();
    }

    private static String replayed(@Nullable Boolean agrees) {
        return agrees == null ? "" : agrees ? "  (the event log agrees)" : "  (the event log gives another value)";
    }

    private static void line(PrintWriter out, String what, String value) {
        out.printf("%-15s %s%n", what, value);
    }

    void json(Terminal terminal) throws IOException {
        Json.print(terminal, json -> {
            json.writeStartObject();
            json.writeNumberField("v", 1);
            json.writeObjectFieldStart("ek");
            json.writeStringField("name", name.hex());
            json.writeStringField("spki", spki.hex());
            json.writeStringField("template", template);
            json.writeArrayFieldStart("certificates");
            for (Certificate each : certificates) {
                json.writeStartObject();
                json.writeStringField("subject", each.subject());
                json.writeStringField("issuer", each.issuer());
                json.writeStringField("ends", each.ends());
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeEndObject();
            json.writeStringField("ak", ak);
            json.writeObjectFieldStart("pcrs");
            json.writeStringField("bank", BankName.of(bank));
            json.writeObjectFieldStart("values");
            for (Map.Entry<Integer, Digest> pcr : pcrs.entrySet()) {
                json.writeStringField(pcr.getKey().toString(), pcr.getValue().hex());
            }
            json.writeEndObject();
            json.writeEndObject();
            json.writeObjectFieldStart("eventLog");
            json.writeStringField("summary", logSummary);
            json.writeArrayFieldStart("disagrees");
            for (Map.Entry<Integer, Boolean> pcr : agrees.entrySet()) {
                if (!pcr.getValue()) {
                    json.writeNumber(pcr.getKey());
                }
            }
            json.writeEndArray();
            json.writeStringField("raw", Base64.getEncoder().encodeToString(log));
            json.writeEndObject();
            json.writeEndObject();
        });
    }
}
