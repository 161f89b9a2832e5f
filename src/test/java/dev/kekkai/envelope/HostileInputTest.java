package dev.kekkai.envelope;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class HostileInputTest {
    @Test
    void a_length_field_that_promises_much_makes_nobody_allocate_it() {
        byte[] promise = ByteBuffer.allocate(34)
                .put(new byte[] {1, 1, 1})
                .position(19)
                .put((byte) 12)
                .position(32)
                .putShort((short) 0xFFFF)
                .array();

        assertThat(allocatedBy(promise)).isLessThan(0xFFFF / 2);
    }

    @Test
    void an_input_beyond_the_longest_envelope_is_refused_before_it_is_read() {
        byte[] huge = new byte[10_000_000];
        huge[0] = 1;

        assertThatExceptionOfType(MalformedEnvelopeException.class)
                .isThrownBy(() -> Envelope.parse(huge))
                .withMessage("no envelope is this long, at byte 65665");
        assertThat(allocatedBy(huge)).isLessThan(0xFFFF / 2);
    }

    @Test
    void a_refusal_repeats_nothing_of_the_input() {
        byte[] input = "kube-secret-in-the-wrong-field".getBytes(java.nio.charset.StandardCharsets.US_ASCII);

        assertThatExceptionOfType(MalformedEnvelopeException.class)
                .isThrownBy(() -> Envelope.parse(input))
                .withMessage("the format version is unknown, at byte 0");
    }

    /** The least of some runs: the first ones load classes. */
    private static long allocatedBy(byte[] input) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long least = Long.MAX_VALUE;
        for (int run = 0; run < 20; run++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            try {
                Envelope.parse(input);
                throw new AssertionError("this must not parse");
            } catch (MalformedEnvelopeException e) {
                least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
            }
        }
        return least;
    }
}
