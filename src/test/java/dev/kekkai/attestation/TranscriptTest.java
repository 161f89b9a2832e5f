package dev.kekkai.attestation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.kekkai.secret.Secret;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TranscriptTest {
    private static final byte[][] SEEN = {
        bytes("init"), bytes("challenge"), new byte[32], bytes("client spki"), bytes("server certificate")
    };

    /** Computed with Python's hmac and hashlib from the text of docs/attestation.md alone. */
    @Test
    void qualifying_data_is_what_the_protocol_says() {
        Transcript transcript = of(SEEN);

        try (Secret secret = secret()) {
            assertThat(HexFormat.of().formatHex(transcript.attestation(secret)))
                    .isEqualTo("f32aec7df6f5acba885bff8ae69dcb179caf1d8cde6ea7234a514c27047bb6d3");
        }
        assertThat(HexFormat.of().formatHex(transcript.renewal()))
                .isEqualTo("44d8db3a5094cc40928f42fb336c58b9ccdab2f860c9912cb19e38edccd11bb5");
    }

    @Test
    void each_element_changes_it() {
        Set<String> seen = new HashSet<>();
        for (int changed = -1; changed < SEEN.length; changed++) {
            byte[][] elements = SEEN.clone();
            if (changed >= 0) {
                elements[changed] = SEEN[changed].clone();
                elements[changed][0] ^= 1;
            }
            try (Secret secret = secret()) {
                seen.add(Arrays.toString(of(elements).attestation(secret)));
            }
            seen.add(Arrays.toString(of(elements).renewal()));
        }
        assertThat(seen).hasSize(2 * (SEEN.length + 1));
    }

    @Test
    void another_secret_changes_it() {
        try (Secret one = secret();
                Secret other = Secret.owning(new byte[32])) {
            assertThat(of(SEEN).attestation(one)).isNotEqualTo(of(SEEN).attestation(other));
        }
    }

    @Test
    void an_exporter_of_another_length_is_refused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Transcript.of(SEEN[0], SEEN[1], new byte[31], SEEN[3], SEEN[4]))
                .withMessageContaining("32 bytes, not 31");
    }

    private static Transcript of(byte[][] seen) {
        return Transcript.of(seen[0], seen[1], seen[2], seen[3], seen[4]);
    }

    private static Secret secret() {
        byte[] secret = new byte[32];
        Arrays.fill(secret, (byte) 0x5A);
        return Secret.owning(secret);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
