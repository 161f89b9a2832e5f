package dev.kekkai.envelope;

import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.Stream;
import javax.crypto.AEADBadTagException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class EnvelopeVectorsTest {
    static Stream<Vectors.Opens> opens() {
        return Vectors.opens();
    }

    static Stream<Vectors.Opens> singlesThatAreNoDek() {
        return Vectors.opens().filter(vector -> !vector.purpose().equals("env"));
    }

    static Stream<Vectors.Refused> refused() {
        return Vectors.refused();
    }

    @Test
    void the_file_has_each_mechanism_in_each_layout_and_a_canary_of_each() {
        assertThat(Vectors.opens()
                        .map(vector -> List.of(vector.purpose(), vector.layout(), vector.mechanism()))
                        .collect(toSet()))
                .contains(
                        List.of("env", Layout.SINGLE, Mechanism.AES_GCM),
                        List.of("env", Layout.SINGLE, Mechanism.AES_CBC_HMAC),
                        List.of("env", Layout.SINGLE, Mechanism.TPM_HMAC_GCM),
                        List.of("env", Layout.BATCH, Mechanism.AES_GCM),
                        List.of("env", Layout.BATCH, Mechanism.AES_CBC_HMAC),
                        List.of("env", Layout.BATCH, Mechanism.TPM_HMAC_GCM),
                        List.of("canary", Layout.SINGLE, Mechanism.AES_GCM),
                        List.of("canary", Layout.SINGLE, Mechanism.AES_CBC_HMAC),
                        List.of("canary", Layout.SINGLE, Mechanism.TPM_HMAC_GCM));
    }

    @ParameterizedTest
    @MethodSource("opens")
    void each_vector_opens_by_the_written_definition(Vectors.Opens vector) throws Exception {
        byte[] dek = new ReferenceOpener(vector.bytes("envelope"), vector.purpose()).open(vector);

        assertThat(dek).isEqualTo(vector.bytes("dek"));
    }

    @ParameterizedTest
    @MethodSource("opens")
    void each_vector_parses_into_its_fields_and_encodes_to_itself(Vectors.Opens vector) throws Exception {
        Envelope envelope = Envelope.parse(vector.bytes("envelope"));

        assertThat(envelope.header().layout()).isEqualTo(vector.layout());
        assertThat(envelope.header().mechanism()).isEqualTo(vector.mechanism());
        assertThat(envelope.header().version().bytes()).isEqualTo(vector.bytes("versionId"));
        assertThat(envelope.iv()).isEqualTo(vector.bytes("iv"));
        if (envelope instanceof Envelope.Batch batch) {
            assertThat(batch.leafIv()).isEqualTo(vector.bytes("leafIv"));
        }
        assertThat(envelope.encode()).isEqualTo(vector.bytes("envelope"));
    }

    @ParameterizedTest
    @MethodSource("opens")
    void each_vector_is_as_long_as_the_length_function_says(Vectors.Opens vector) {
        assertThat(EnvelopeLength.of(
                        vector.layout(), vector.mechanism(), vector.bytes("iv").length, vector.bytes("dek").length))
                .isEqualTo(vector.bytes("envelope").length);
    }

    @ParameterizedTest
    @MethodSource("singlesThatAreNoDek")
    void a_canary_and_a_probe_never_open_as_a_dek(Vectors.Opens vector) {
        ReferenceOpener asDek = new ReferenceOpener(vector.bytes("envelope"), "env");

        assertThatExceptionOfType(AEADBadTagException.class).isThrownBy(() -> asDek.open(vector));
    }

    @ParameterizedTest
    @MethodSource("refused")
    void each_malformed_vector_is_refused_for_its_reason_and_at_its_byte(Vectors.Refused vector) {
        assertThatThrownBy(() -> Envelope.parse(vector.envelope()))
                .isInstanceOfSatisfying(MalformedEnvelopeException.class, refusal -> {
                    assertThat(refusal)
                            .hasMessageContaining(vector.reason())
                            .hasMessageEndingWith("at byte " + vector.at());
                    assertThat(refusal.offset()).isEqualTo(vector.at());
                });
    }
}
