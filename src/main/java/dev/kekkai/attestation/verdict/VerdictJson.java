package dev.kekkai.attestation.verdict;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.List;

/**
 * A verdict as one line of JSON, schema 1: {@code v}, {@code verdict} ({@code accepted} or {@code refused}), {@code reason} (a
 * {@link Reason#code}, empty if accepted), and, if accepted, {@code ak_name}, {@code trust}, {@code firmware} (16 hex digits),
 * {@code reset_count}, {@code restart_count}, {@code alternative} (empty if audit-only let it pass); always {@code findings}, a list of
 * {@code reason}, {@code detail}, {@code pcr} (absent if it is about none), {@code expected} (a list), {@code found} (absent if unknown).
 */
public final class VerdictJson {
    private static final int SCHEMA = 1;

    private VerdictJson() {}

    /** Without a newline. */
    public static String of(Verdict verdict) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
            write(verdict, json);
        } catch (IOException e) {
            throw new UncheckedIOException("a string cannot be written to", e);
        }
        return text.toString();
    }

    /** Writes it as one object, wherever the generator stands. */
    public static void write(Verdict verdict, JsonGenerator json) throws IOException {
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
