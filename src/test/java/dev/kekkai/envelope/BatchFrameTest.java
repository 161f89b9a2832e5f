package dev.kekkai.envelope;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.kekkai.id.VersionId;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class BatchFrameTest {
    static Stream<Envelope.Batch> batches() {
        return Vectors.opens().filter(vector -> vector.layout() == Layout.BATCH).map(vector -> {
            try {
                return (Envelope.Batch) Envelope.parse(vector.bytes("envelope"));
            } catch (MalformedEnvelopeException e) {
                throw new AssertionError(e);
            }
        });
    }

    @ParameterizedTest
    @MethodSource("batches")
    void what_it_lays_out_is_what_the_envelope_encodes_to(Envelope.Batch batch) {
        BatchFrame frame = new BatchFrame(batch.header(), batch.iv(), batch.box());
        frame.envelope(new byte[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}, 7);

        byte[] laidOut = frame.envelope(batch.leafIv(), batch.leaf().length - 16);

        assertThat(frame.associatedData()).isEqualTo(AssociatedData.leaf(batch));
        byte[] expected = batch.encode();
        assertThat(laidOut).hasSameSizeAs(expected);
        assertThat(Arrays.copyOf(laidOut, frame.leafAt())).isEqualTo(Arrays.copyOf(expected, frame.leafAt()));
        System.arraycopy(batch.leaf(), 0, laidOut, frame.leafAt(), batch.leaf().length);
        assertThat(laidOut).isEqualTo(expected);
    }

    @Test
    void a_header_of_a_single_or_a_box_of_another_length_is_refused() {
        Header single = new Header(Layout.SINGLE, Mechanism.AES_GCM, VersionId.of(new byte[16]));
        Header batch = new Header(Layout.BATCH, Mechanism.AES_GCM, VersionId.of(new byte[16]));

        for (Runnable refused : List.<Runnable>of(
                () -> new BatchFrame(single, new byte[12], new byte[48]),
                () -> new BatchFrame(batch, new byte[12], new byte[47]),
                () -> new BatchFrame(batch, new byte[11], new byte[48]))) {
            assertThatIllegalArgumentException().isThrownBy(refused::run);
        }
    }
}
