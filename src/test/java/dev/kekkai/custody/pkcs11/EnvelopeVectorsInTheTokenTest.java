package dev.kekkai.custody.pkcs11;

import static dev.kekkai.custody.pkcs11.OpenToken.result;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.kekkai.custody.CustodyException.NotAuthentic;
import dev.kekkai.custody.Kek;
import dev.kekkai.custody.SealedBox;
import dev.kekkai.envelope.AssociatedData;
import dev.kekkai.envelope.Envelope;
import dev.kekkai.id.Lineage;
import dev.kekkai.secret.Secret;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The vectors of the format were made by code that shares nothing with us; with their keys imported, a real module opens them. */
class EnvelopeVectorsInTheTokenTest {
    private static OpenToken open;

    @BeforeAll
    static void open_a_token(@TempDir Path folder) throws Exception {
        open = OpenToken.create(folder);
    }

    @AfterAll
    static void close_it() throws Exception {
        open.close();
    }

    /** Singles by the mechanisms of PKCS#11 tokens, of each purpose. */
    record Vector(String name, String purpose, Map<KeyRole, byte[]> keys, byte[] envelope, byte[] dek) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Vector> vectors() throws IOException {
        try (InputStream in =
                Objects.requireNonNull(EnvelopeVectorsInTheTokenTest.class.getResourceAsStream("/envelope/v1.json"))) {
            return new ObjectMapper()
                    .readTree(in)
                    .get("opens")
                    .valueStream()
                    .filter(json -> json.get("mechanism").intValue() <= 2
                            && json.get("layout").textValue().equals("single"))
                    .map(json -> new Vector(
                            json.get("name").textValue(),
                            json.get("purpose").textValue(),
                            keys(json.get("keys")),
                            hex(json.get("envelope")),
                            hex(json.get("dek"))));
        }
    }

    @ParameterizedTest
    @MethodSource("vectors")
    void each_single_opens_in_the_module_for_its_own_purpose_only(Vector vector) throws Exception {
        Envelope envelope = Envelope.parse(vector.envelope());
        Kek kek = new Kek(
                envelope.header().version(),
                new Lineage(UUID.randomUUID()),
                1,
                envelope.header().mechanism());
        for (Map.Entry<KeyRole, byte[]> key : vector.keys().entrySet()) {
            open.importKey(kek, key.getKey(), key.getValue());
        }
        SealedBox box = new SealedBox(envelope.iv(), envelope.box());

        for (String purpose : new String[] {"env", "canary", "probe"}) {
            byte[] associatedData = associatedData(purpose, envelope);
            if (purpose.equals(vector.purpose())) {
                try (Secret opened = result(open.custodian.open(kek, associatedData, box))) {
                    assertThat(opened.lent()).isEqualTo(vector.dek());
                }
            } else {
                assertThatThrownBy(() -> result(open.custodian.open(kek, associatedData, box)))
                        .isInstanceOf(NotAuthentic.class);
            }
        }
    }

    private static Map<KeyRole, byte[]> keys(JsonNode json) {
        return json.has("mac")
                ? Map.of(KeyRole.CIPHER, hex(json.get("aes")), KeyRole.MAC, hex(json.get("mac")))
                : Map.of(KeyRole.CIPHER, hex(json.get("aes")));
    }

    private static byte[] associatedData(String purpose, Envelope envelope) {
        return switch (purpose) {
            case "canary" -> AssociatedData.canary(envelope.header());
            case "probe" -> AssociatedData.probe(envelope.header());
            default -> AssociatedData.box(envelope.header());
        };
    }

    private static byte[] hex(JsonNode text) {
        return HexFormat.of().parseHex(text.textValue());
    }
}
