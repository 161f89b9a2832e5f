package dev.kekkai.uds;

import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Keeps gRPC and Netty from logging HTTP/2 frames, which they do at DEBUG, whole: a frame of Encrypt or Decrypt holds a DEK.
 *
 * <p>Whatever logging was configured, the loggers that could are raised to INFO when a server starts, and held, so that they are not
 * collected and made anew with another level.
 */
final class FrameLogging {
    private static final List<String> NAMES = List.of(
            "io.grpc",
            "io.grpc.netty",
            "io.grpc.netty.NettyServerHandler",
            "io.grpc.netty.NettyClientHandler",
            "io.grpc.internal",
            "io.netty",
            "io.netty.handler",
            "io.netty.handler.codec.http2",
            "io.netty.handler.codec.http2.Http2FrameLogger",
            "io.netty.handler.logging");

    @SuppressWarnings("unused") // held
    private final List<Logger> loggers;

    private FrameLogging(List<Logger> loggers) {
        this.loggers = loggers;
    }

    static FrameLogging forbidden() {
        List<Logger> loggers = NAMES.stream().map(Logger::getLogger).toList();
        for (Logger logger : loggers) {
            if (logger.isLoggable(Level.FINE)) {
                logger.setLevel(Level.INFO);
            }
        }
        return new FrameLogging(loggers);
    }
}
