package dev.kekkai.envelope;

import static dev.kekkai.envelope.Layout.BATCH;
import static dev.kekkai.envelope.Layout.SINGLE;
import static dev.kekkai.envelope.Mechanism.AES_CBC_HMAC;
import static dev.kekkai.envelope.Mechanism.AES_GCM;
import static dev.kekkai.envelope.Mechanism.TPM_HMAC_GCM;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.kekkai.id.VersionId;
import org.junit.jupiter.api.Test;

class EnvelopeLengthTest {
    private static final VersionId VERSION = VersionId.of(new byte[16]);

    @Test
    void a_dek_of_32_bytes_has_the_documented_sizes() {
        assertThat(EnvelopeLength.of(SINGLE, AES_GCM, 12, 32)).isEqualTo(82);
        assertThat(EnvelopeLength.of(SINGLE, AES_CBC_HMAC, 16, 32)).isEqualTo(118);
        assertThat(EnvelopeLength.of(SINGLE, TPM_HMAC_GCM, 32, 32)).isEqualTo(102);
        assertThat(EnvelopeLength.of(BATCH, AES_GCM, 12, 32)).isEqualTo(142);
        assertThat(EnvelopeLength.of(BATCH, AES_CBC_HMAC, 16, 32)).isEqualTo(178);
        assertThat(EnvelopeLength.of(BATCH, TPM_HMAC_GCM, 32, 32)).isEqualTo(162);
    }

    @Test
    void the_longest_box_and_leaf_still_parse_and_the_longest_envelope_is_the_bound() throws Exception {
        Header header = new Header(BATCH, AES_CBC_HMAC, VERSION);
        Envelope longest = new Envelope.Batch(header, new byte[16], new byte[80], new byte[12], new byte[65_535]);
        Header single = new Header(SINGLE, AES_GCM, VERSION);
        Envelope longestBox = new Envelope.Single(single, new byte[16], new byte[65_535]);

        assertThat(longest.encode()).hasSize(EnvelopeLength.MAX).hasSize(65_665);
        assertThat(Envelope.parse(longest.encode())).isEqualTo(longest);
        assertThat(Envelope.parse(longestBox.encode())).isEqualTo(longestBox);
    }

    @Test
    void the_longest_dek_fills_its_field_and_one_byte_more_is_refused() {
        assertThat(EnvelopeLength.of(SINGLE, AES_GCM, 12, 65_519)).isEqualTo(34 + 65_535);
        assertThat(EnvelopeLength.of(SINGLE, AES_CBC_HMAC, 16, 65_487)).isEqualTo(38 + 65_520);
        assertThat(EnvelopeLength.of(BATCH, AES_CBC_HMAC, 16, 65_519)).isEqualTo(EnvelopeLength.MAX);
        for (Layout layout : Layout.values()) {
            for (Mechanism mechanism : Mechanism.values()) {
                int tooLong = EnvelopeLength.maxDek(layout, mechanism) + 1;
                assertThatIllegalArgumentException()
                        .isThrownBy(() -> EnvelopeLength.of(layout, mechanism, ivLength(mechanism), tooLong))
                        .withMessageContaining("does not fit");
            }
        }
    }

    @Test
    void an_empty_dek_and_an_iv_the_mechanism_does_not_have_are_refused() {
        assertThatIllegalArgumentException().isThrownBy(() -> EnvelopeLength.of(SINGLE, AES_GCM, 12, 0));
        assertThatIllegalArgumentException().isThrownBy(() -> EnvelopeLength.of(SINGLE, AES_GCM, 32, 32));
    }

    @Test
    void an_envelope_that_could_not_be_read_again_cannot_be_made() {
        Header single = new Header(SINGLE, AES_GCM, VERSION);
        Header batch = new Header(BATCH, AES_GCM, VERSION);

        assertThatIllegalArgumentException().isThrownBy(() -> new Envelope.Single(batch, new byte[12], new byte[48]));
        assertThatIllegalArgumentException().isThrownBy(() -> new Envelope.Single(single, new byte[13], new byte[48]));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Envelope.Single(single, new byte[12], new byte[65_536]));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Envelope.Batch(batch, new byte[12], new byte[48], new byte[12], new byte[16]));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Envelope.Batch(batch, new byte[12], new byte[48], new byte[16], new byte[48]));
    }

    private static int ivLength(Mechanism mechanism) {
        return switch (mechanism) {
            case AES_GCM -> 12;
            case AES_CBC_HMAC -> 16;
            case TPM_HMAC_GCM -> 32;
        };
    }
}
