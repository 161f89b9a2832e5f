package dev.kekkai.fleet.policy;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.kekkai.attestation.pcr.BankName;
import dev.kekkai.attestation.pcr.Digest;
import dev.kekkai.fleet.FleetException;
import dev.kekkai.tpm.structure.HashAlg;
import java.io.IOException;
import java.util.Base64;
import java.util.Collections;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a machine measured, as {@code kekkai node identity -o json} writes it, or a verdict that carries it: {@code "pcrs": {"bank": …, "values":
 * {"0": hex, …}}} and {@code "eventLog": {"raw": base64}}. It proves nothing; it is compared with a policy for a person.
 *
 * @param eventLog empty if there is none
 */
public record Measured(HashAlg bank, SortedMap<Integer, Digest> values, byte[] eventLog) {
    public Measured {
        values = Collections.unmodifiableSortedMap(new TreeMap<>(values));
    }

    /** Reads a JSON object; what else is in it is passed over. Empty if it has no PCR values. */
    public static Optional<Measured> read(String name, String text) throws FleetException {
        try (JsonParser json = new JsonFactory().createParser(text)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                throw new FleetException(name + " is no JSON object");
            }
            Reading reading = new Reading();
            for (String field = json.nextFieldName(); field != null; field = json.nextFieldName()) {
                JsonToken value = json.nextToken();
                if (field.equals("pcrs") && value == JsonToken.START_OBJECT) {
                    reading.pcrs(json);
                } else if (field.equals("eventLog") && value == JsonToken.START_OBJECT) {
                    reading.eventLog(json);
                } else {
                    json.skipChildren();
                }
            }
            return reading.measured();
        } catch (IOException | IllegalArgumentException e) {
            throw new FleetException(name + " cannot be read: " + e.getMessage(), e);
        }
    }

    private static final class Reading {
        private @Nullable HashAlg bank;
        private final SortedMap<Integer, String> values = new TreeMap<>();
        private byte[] log = {};

        void pcrs(JsonParser json) throws IOException {
            for (String field = json.nextFieldName(); field != null; field = json.nextFieldName()) {
                JsonToken value = json.nextToken();
                if (field.equals("bank")) {
                    bank = BankName.parse(json.getText()).orElse(null);
                } else if (field.equals("values") && value == JsonToken.START_OBJECT) {
                    for (String pcr = json.nextFieldName(); pcr != null; pcr = json.nextFieldName()) {
                        values.put(Integer.valueOf(pcr), String.valueOf(json.nextTextValue()));
                    }
                } else {
                    json.skipChildren();
                }
            }
        }

        void eventLog(JsonParser json) throws IOException {
            for (String field = json.nextFieldName(); field != null; field = json.nextFieldName()) {
                json.nextToken();
                if (field.equals("raw")) {
                    log = Base64.getDecoder().decode(json.getText());
                } else {
                    json.skipChildren();
                }
            }
        }

        Optional<Measured> measured() {
            HashAlg of = bank;
            if (of == null || values.isEmpty()) {
                return Optional.empty();
            }
            SortedMap<Integer, Digest> digests = new TreeMap<>();
            values.forEach((pcr, hex) -> digests.put(pcr, new Digest(of, hex)));
            return Optional.of(new Measured(of, digests, log));
        }
    }
}
