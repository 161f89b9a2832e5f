package dev.kekkai.envelope;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.kekkai.id.VersionId;
import java.util.Arrays;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.Size;

class EnvelopePropertiesTest {
    @Property
    void parsing_undoes_encoding(@ForAll("envelopes") Envelope envelope) throws Exception {
        Envelope parsed = Envelope.parse(envelope.encode());

        assertThat(parsed).isEqualTo(envelope).hasSameHashCodeAs(envelope);
        assertThat(parsed.encode()).isEqualTo(envelope.encode());
    }

    @Property(tries = 200)
    void a_truncated_single_is_refused_wherever_it_is_cut(@ForAll("singles") Envelope envelope) {
        byte[] whole = envelope.encode();
        for (int length = 0; length < whole.length; length++) {
            assertRefused(Arrays.copyOf(whole, length));
        }
    }

    @Property(tries = 200)
    void a_truncated_batch_is_refused_or_is_a_shorter_leaf(@ForAll("batches") Envelope.Batch envelope)
            throws Exception {
        byte[] whole = envelope.encode();
        int beforeLeaf = whole.length - envelope.leaf().length;
        for (int length = 0; length < whole.length; length++) {
            byte[] cut = Arrays.copyOf(whole, length);
            if (length < beforeLeaf + 17) {
                assertRefused(cut);
            } else {
                assertThat(Envelope.parse(cut)).isNotEqualTo(envelope);
            }
        }
    }

    @Property
    void whatever_follows_a_single_it_is_refused(
            @ForAll("singles") Envelope envelope, @ForAll @Size(min = 1, max = 200) byte[] more) {
        byte[] whole = envelope.encode();
        byte[] longer = Arrays.copyOf(whole, whole.length + more.length);
        System.arraycopy(more, 0, longer, whole.length, more.length);

        assertRefused(longer);
    }

    @Property(tries = 200)
    void one_flipped_bit_is_refused_or_seen(@ForAll("envelopes") Envelope envelope) {
        byte[] whole = envelope.encode();
        for (int bit = 0; bit < whole.length * 8; bit++) {
            byte[] flipped = whole.clone();
            flipped[bit / 8] ^= (byte) (1 << bit % 8);
            Optional<Envelope> parsed = tryParse(flipped);
            parsed.ifPresent(other -> {
                assertThat(other).isNotEqualTo(envelope);
                assertThat(other.encode()).isEqualTo(flipped);
            });
        }
    }

    @Property
    void random_bytes_are_refused_or_encode_to_themselves(@ForAll @Size(max = 300) byte[] bytes) {
        tryParse(bytes).ifPresent(envelope -> assertThat(envelope.encode()).isEqualTo(bytes));
    }

    @Property
    void random_bytes_behind_a_sound_header_are_refused_or_encode_to_themselves(
            @ForAll("headers") Header header, @ForAll @Size(max = 300) byte[] rest) {
        byte[] bytes = Arrays.copyOf(header.encode(), Header.LENGTH + rest.length);
        System.arraycopy(rest, 0, bytes, Header.LENGTH, rest.length);

        tryParse(bytes).ifPresent(envelope -> assertThat(envelope.encode()).isEqualTo(bytes));
    }

    @Property
    void an_envelope_keeps_no_array_that_others_hold(@ForAll("batches") Envelope.Batch envelope) throws Exception {
        byte[] whole = envelope.encode();
        Envelope parsed = Envelope.parse(whole);
        Arrays.fill(whole, (byte) 0);
        Arrays.fill(parsed.iv(), (byte) 0);
        Arrays.fill(parsed.box(), (byte) 0);
        Arrays.fill(((Envelope.Batch) parsed).leaf(), (byte) 0);

        assertThat(parsed).isEqualTo(envelope);
    }

    @Provide
    Arbitrary<Envelope> envelopes() {
        return Arbitraries.oneOf(singles(), batches().map(batch -> batch));
    }

    @Provide
    Arbitrary<Envelope> singles() {
        return headers(Layout.SINGLE).flatMap(header -> Combinators.combine(iv(header), singleBox(header))
                .as((iv, box) -> new Envelope.Single(header, iv, box)));
    }

    @Provide
    Arbitrary<Envelope.Batch> batches() {
        return headers(Layout.BATCH)
                .flatMap(header -> Combinators.combine(iv(header), batchBox(header), bytes(12, 12), bytes(17, 100))
                        .as((iv, box, leafIv, leaf) -> new Envelope.Batch(header, iv, box, leafIv, leaf)));
    }

    @Provide
    Arbitrary<Header> headers() {
        return Arbitraries.of(Layout.values()).flatMap(EnvelopePropertiesTest::headers);
    }

    private static Arbitrary<Header> headers(Layout layout) {
        return Combinators.combine(Arbitraries.of(Mechanism.values()), bytes(16, 16))
                .as((mechanism, version) -> new Header(layout, mechanism, VersionId.of(version)));
    }

    private static Arbitrary<byte[]> iv(Header header) {
        return switch (header.mechanism()) {
            case AES_GCM -> Arbitraries.oneOf(bytes(12, 12), bytes(16, 16));
            case AES_CBC_HMAC -> bytes(16, 16);
            case TPM_HMAC_GCM -> bytes(32, 32);
        };
    }

    private static Arbitrary<byte[]> singleBox(Header header) {
        return switch (header.mechanism()) {
            case AES_GCM, TPM_HMAC_GCM -> bytes(17, 100);
            case AES_CBC_HMAC -> Arbitraries.integers().between(1, 5).flatMap(n -> bytes(n * 16 + 32, n * 16 + 32));
        };
    }

    private static Arbitrary<byte[]> batchBox(Header header) {
        return header.mechanism() == Mechanism.AES_CBC_HMAC ? bytes(80, 80) : bytes(48, 48);
    }

    private static Arbitrary<byte[]> bytes(int min, int max) {
        return Arbitraries.bytes().array(byte[].class).ofMinSize(min).ofMaxSize(max);
    }

    private static Optional<Envelope> tryParse(byte[] bytes) {
        try {
            return Optional.of(Envelope.parse(bytes));
        } catch (MalformedEnvelopeException e) {
            return Optional.empty();
        }
    }

    private static void assertRefused(byte[] bytes) {
        assertThatExceptionOfType(MalformedEnvelopeException.class).isThrownBy(() -> Envelope.parse(bytes));
    }
}
