package dev.kekkai.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SharesTest {
    private final Shares shares = new Shares(1);

    /** Else who closes its stream and opens another would have as many again. */
    @Test
    void a_node_is_forgotten_when_its_last_stream_and_its_last_call_have_ended() throws Exception {
        shares.enter("node");
        assertThat(shares.take("node")).isTrue();
        shares.leave("node");

        shares.enter("node");
        assertThat(shares.take("node")).as("still under way").isFalse();
        shares.leave("node");
        assertThat(shares.nodes()).isEqualTo(1);
        shares.done("node");

        assertThat(shares.nodes()).isZero();
    }
}
