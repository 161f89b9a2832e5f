package dev.kekkai.fleet.policy;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.kekkai.attestation.pcr.BankName;
import dev.kekkai.attestation.pcr.Digest;
import dev.kekkai.attestation.policy.Alternative;
import dev.kekkai.attestation.policy.Policy;
import dev.kekkai.attestation.policy.Rule;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;

/** Writes policies: one way to write each, so that what is signed is what was read. */
public final class PolicyText {
    private PolicyText() {}

    /** JSON without blanks, keys in a fixed order, alternatives and rules in theirs, digests ascending. */
    public static byte[] canonical(Policy policy) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator json = new JsonFactory().createGenerator(bytes)) {
            write(policy, json);
        } catch (IOException e) {
            throw new UncheckedIOException("an array cannot be written to", e);
        }
        return bytes.toByteArray();
    }

    /** The same for people to read and edit, with a newline at its end. */
    public static String pretty(Policy policy) {
        return text(json -> write(policy, json));
    }

    /** One alternative with its bank, as {@code kekkai policy add} takes it. */
    public static String pretty(Alternative alternative) {
        return text(json -> {
            json.writeStartObject();
            json.writeStringField(
                    "bank",
                    BankName.of(alternative
                            .rules()
                            .getFirst()
                            .digests()
                            .iterator()
                            .next()
                            .bank()));
            json.writeStringField("name", alternative.name());
            rules(alternative, json);
            json.writeEndObject();
        });
    }

    private interface Writing {
        void to(JsonGenerator json) throws IOException;
    }

    private static String text(Writing writing) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
            json.useDefaultPrettyPrinter();
            writing.to(json);
        } catch (IOException e) {
            throw new UncheckedIOException("a string cannot be written to", e);
        }
        return text.append('\n').toString();
    }

    /** As text, where it stands in something larger. */
    public static String text(byte[] canonical) {
        return new String(canonical, StandardCharsets.UTF_8);
    }

    private static void write(Policy policy, JsonGenerator json) throws IOException {
        json.writeStartObject();
        json.writeStringField("bank", BankName.of(policy.bank()));
        json.writeStringField("at-least", policy.atLeast().word());
        if (policy.firmwareFloor().isPresent()) {
            json.writeStringField(
                    "firmware-floor", "%016x".formatted(policy.firmwareFloor().getAsLong()));
        }
        json.writeBooleanField("audit-only", policy.auditOnly());
        json.writeArrayFieldStart("alternatives");
        for (Alternative alternative : policy.alternatives()) {
            write(alternative, json);
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private static void write(Alternative alternative, JsonGenerator json) throws IOException {
        json.writeStartObject();
        json.writeStringField("name", alternative.name());
        json.writeStringField("state", alternative.state().name().toLowerCase(Locale.ROOT));
        rules(alternative, json);
        json.writeEndObject();
    }

    private static void rules(Alternative alternative, JsonGenerator json) throws IOException {
        json.writeArrayFieldStart("rules");
        for (Rule rule : alternative.rules()) {
            json.writeStartObject();
            json.writeNumberField("pcr", rule.pcr());
            json.writeArrayFieldStart(kind(rule));
            for (String hex : hex(rule)) {
                json.writeString(hex);
            }
            json.writeEndArray();
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private static String kind(Rule rule) {
        return switch (rule) {
            case Rule.Value ignored -> "values";
            case Rule.LogAllows ignored -> "log-allows";
            case Rule.LogRequires ignored -> "log-requires";
            case Rule.LogForbids ignored -> "log-forbids";
        };
    }

    private static List<String> hex(Rule rule) {
        return rule.digests().stream().map(Digest::hex).sorted().toList();
    }
}
