package dev.kekkai.uds;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A frame of Encrypt holds a DEK, and gRPC logs frames whole at DEBUG. */
class FrameLoggingTest {
    private final Logger frames = Logger.getLogger("io.grpc.netty.NettyServerHandler");

    @AfterEach
    void as_it_was() {
        frames.setLevel(null);
    }

    @Test
    void frames_are_not_logged_whatever_logging_was_configured() {
        frames.setLevel(Level.ALL);
        assertThat(frames.isLoggable(Level.FINE)).isTrue();

        FrameLogging held = FrameLogging.forbidden();

        assertThat(held).isNotNull();
        assertThat(frames.isLoggable(Level.FINE)).isFalse();
        assertThat(frames.isLoggable(Level.INFO)).isTrue();
    }
}
