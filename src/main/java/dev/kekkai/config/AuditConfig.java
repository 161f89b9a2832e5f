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
 * @param syslog where copies go: {@code udp://host:port} or {@code tcp://host:port}
 */
public record AuditConfig(
        Optional<Path> path,
        Fsync fsync,
        long rotateSize,
        Duration rotateAfter,
        int keepFiles,
        Duration anchorEvery,
        Optional<URI> syslog) {
    /** As it is where the section is left out. */
    public static final AuditConfig DEFAULT = new AuditConfig(
            Optional.empty(), Fsync.INTERVAL, 256L << 20, Duration.ZERO, 0, Duration.ofSeconds(60), Optional.empty());

    /** When the disk itself must have a record. */
    public enum Fsync {
        NEVER,
        INTERVAL,
        ALWAYS
    }
}
