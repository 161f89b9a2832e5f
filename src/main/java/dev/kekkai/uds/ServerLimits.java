package dev.kekkai.uds;

import java.time.Duration;

/**
 * The bounds of one socket's server. The executor's queue has a place for each call that the connections can carry, so it never overflows.
 *
 * @param messageBytes of one request, at most
 * @param metadataBytes of one request's headers, at most
 * @param connections at once; more are closed as they are accepted
 * @param callsPerConnection at once; more wait in the client (HTTP/2 SETTINGS_MAX_CONCURRENT_STREAMS)
 * @param callsAtOnce over all connections; more are answered RESOURCE_EXHAUSTED
 * @param threads that run handlers
 * @param shutdownGrace for calls to end when the server closes
 */
public record ServerLimits(
        int messageBytes,
        int metadataBytes,
        int connections,
        int callsPerConnection,
        int callsAtOnce,
        int threads,
        Duration shutdownGrace) {
    /** For messages of up to 64 KiB, from a few callers on this host: 32 connections of 256 calls, 2,048 calls in all, 4 threads, 2 s. */
    public static final ServerLimits LOCAL =
            new ServerLimits(64 * 1024, 8 * 1024, 32, 256, 2048, 4, Duration.ofSeconds(2));

    /**
     * For orders of up to 2 MiB, as 5,000 machines to enrol or a whole policy, from a few operators on this host: 32 connections of 8 calls, 64 calls in
     * all, 4 threads, 2 s.
     */
    public static final ServerLimits ADMIN =
            new ServerLimits(2 * 1024 * 1024, 8 * 1024, 32, 8, 64, 4, Duration.ofSeconds(2));
}
