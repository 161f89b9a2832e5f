package dev.kekkai.attestation.verdict;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.kekkai.attestation.pcr.BankName;
import dev.kekkai.attestation.pcr.Digest;
import dev.kekkai.attestation.pcr.PcrValues;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A verdict as one line of JSON, schema 1: {@code v}, {@code verdict} ({@code accepted} or {@code refused}), {@code reason} (a
 * {@link Reason#code}, empty if accepted), and, if accepted, {@code ak_name}, {@code trust}, {@code firmware} (16 hex digits),
 * {@code reset_count}, {@code restart_count}, {@code alternative} (empty if audit-only let it pass); always {@code findings}, a list of
 * {@code reason}, {@code detail}, {@code pcr} (absent if it is about none), {@code expected} (a list), {@code found} (absent if unknown); and
 * where they are given, {@code pcrs}: {@code bank} and {@code values}, hex by PCR.
 */
public final class VerdictJson {
    private static final int SCHEMA = 1;

    private VerdictJson() {}

    /** Without a newline. */
    public static String of(Verdict verdict) {
        return of(verdict, Optional.empty());
    }

    /**
     * The same with what was measured, so that it can be held against another policy later.
     *
     * @param measured authenticated by the quote that the verdict is about
     */
    public static String of(Verdict verdict, PcrValues measured) {
        return of(verdict, Optional.of(measured));
    }

    private static String of(Verdict verdict, Optional<PcrValues> measured) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
            write(verdict, measured, json);
        } catch (IOException e) {
            throw new UncheckedIOException("a string cannot be written to", e);
        }
        return text.toString();
    }

    /** Writes it as one object, wherever the generator stands. */
    public static void write(Verdict verdict, JsonGenerator json) throws IOException {
        write(verdict, Optional.empty(), json);
    }

    private static void write(Verdict verdict, Optional<PcrValues> measured, JsonGenerator json) throws IOException {
        json.writeStartObject();
        json.writeNumberField("v", SCHEMA);
        switch (verdict) {
            case Verdict.Accepted accepted -> {
                json.writeStringField("verdict", "accepted");
                json.writeStringField("reason", "");
                quoted(accepted.quoted(), json);
                json.writeStringField("alternative", accepted.alternative().orElse(""));
                findings(accepted.tolerated(), json);
            }
            case Verdict.Refused refused -> {
                json.writeStringField("verdict", "refused");
                json.writeStringField("reason", refused.reason().code());
                findings(refused.findings(), json);
            }
        }
        if (measured.isPresent()) {
            pcrs(measured.get(), json);
        }
        json.writeEndObject();
    }

    private static void pcrs(PcrValues measured, JsonGenerator json) throws IOException {
        json.writeObjectFieldStart("pcrs");
        json.writeStringField("bank", BankName.of(measured.selection().bank()));
        json.writeObjectFieldStart("values");
        for (Map.Entry<Integer, Digest> pcr : measured.byPcr().entrySet()) {
            json.writeStringField(pcr.getKey().toString(), pcr.getValue().hex());
        }
        json.writeEndObject();
        json.writeEndObject();
    }

    private static void quoted(Verdict.Quoted quoted, JsonGenerator json) throws IOException {
        json.writeStringField("ak_name", quoted.akName());
        json.writeStringField("trust", quoted.trust().word());
        json.writeStringField("firmware", quoted.firmwareHex());
        json.writeNumberField(
                "reset_count", Integer.toUnsignedLong(quoted.counters().resetCount()));
        json.writeNumberField(
                "restart_count", Integer.toUnsignedLong(quoted.counters().restartCount()));
    }

    private static void findings(List<Finding> findings, JsonGenerator json) throws IOException {
        json.writeArrayFieldStart("findings");
        for (Finding finding : findings) {
            json.writeStartObject();
            json.writeStringField("reason", finding.reason().code());
            json.writeStringField("detail", finding.detail());
            if (finding.pcr().isPresent()) {
                json.writeNumberField("pcr", finding.pcr().getAsInt());
            }
            json.writeArrayFieldStart("expected");
            for (String value : finding.expected()) {
                json.writeString(value);
            }
            json.writeEndArray();
            if (finding.found().isPresent()) {
                json.writeStringField("found", finding.found().get());
            }
            json.writeEndObject();
        }
        json.writeEndArray();
    }
}
