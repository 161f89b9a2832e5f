package dev.kekkai.config;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * How the audit trail is kept.
 *
 * @param path absolute path of the file that is written; without it {@code audit.jsonl} beside the database
 * @param rotateSize bytes after which a new file is begun
 * @param rotateAfter time after which a new file is begun; zero for never
 * @param keepFiles how many full files are kept; 0 for all
 * @param anchorEvery how long a record waits at most for the HSM to sign that it is there
 * @param syslog where copies go: {@code udp://host:port}, {@code tcp://host:port} or {@code unix:/path}
 * @param otlp which collector gets copies
 */
public record AuditConfig(
        Optional<Path> path,
        Fsync fsync,
        long rotateSize,
        Duration rotateAfter,
        int keepFiles,
        Duration anchorEvery,
        Optional<URI> syslog,
        Optional<Otlp> otlp) {
    /** As it is where the section is left out. */
    public static final AuditConfig DEFAULT = new AuditConfig(
            Optional.empty(),
            Fsync.INTERVAL,
            256L << 20,
            Duration.ZERO,
            0,
            Duration.ofSeconds(60),
            Optional.empty(),
            Optional.empty());

    /**
     * An OpenTelemetry collector.
     *
     * @param url with its path, as it is used
     * @param ca PEM of the authorities that its certificate may come from; empty for those of the JDK
     * @param headers file with headers that go with each request; empty for none
     */
    public record Otlp(URI url, Optional<Path> ca, Optional<Path> headers) {}

    /** When the disk itself must have a record. */
    public enum Fsync {
        NEVER,
        INTERVAL,
        ALWAYS
    }
}
