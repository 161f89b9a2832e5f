package dev.kekkai.envelope;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.HexFormat;
import java.util.Objects;
import java.util.stream.Stream;

/** The vectors in {@code envelope/v1.json}, which other code wrote. */
public final class Vectors {
    private Vectors() {}

    /** An envelope that opens. Keys and fields are absent where the mechanism or layout has none. */
    record Opens(JsonNode json) {
        String name() {
            return json.get("name").textValue();
        }

        String purpose() {
            return json.get("purpose").textValue();
        }

        Layout layout() {
            return Layout.valueOf(json.get("layout").textValue().toUpperCase(java.util.Locale.ROOT));
        }

        Mechanism mechanism() {
            return Mechanism.ofCode(json.get("mechanism").intValue()).orElseThrow();
        }

        byte[] bytes(String field) {
            return hex(json.get(field));
        }

        byte[] key(String kind) {
            return hex(json.get("keys").get(kind));
        }

        @Override
        public String toString() {
            return name();
        }
    }

    /** Bytes that must not parse. */
    record Refused(String name, byte[] envelope, String reason, int at) {
        @Override
        public String toString() {
            return name;
        }
    }

    /** What {@code KeyId.of} must answer. */
    public record KeyIds(String versionId, long epoch, String keyId) {}

    static Stream<Opens> opens() {
        return entries("opens").map(Opens::new);
    }

    static Stream<Refused> refused() {
        return entries("refused")
                .map(json -> new Refused(
                        json.get("name").textValue(),
                        hex(json.get("envelope")),
                        json.get("reason").textValue(),
                        json.get("at").intValue()));
    }

    /** The vectors of {@code key_id}. */
    public static Stream<KeyIds> keyIds() {
        return entries("keyIds")
                .map(json -> new KeyIds(
                        json.get("versionId").textValue(),
                        json.get("epoch").longValue(),
                        json.get("keyId").textValue()));
    }

    private static Stream<JsonNode> entries(String section) {
        try (InputStream in = Objects.requireNonNull(Vectors.class.getResourceAsStream("/envelope/v1.json"))) {
            return new ObjectMapper().readTree(in).get(section).valueStream();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static byte[] hex(JsonNode text) {
        return HexFormat.of().parseHex(text.textValue());
    }
}
