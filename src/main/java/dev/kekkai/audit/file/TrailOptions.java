package dev.kekkai.audit.file;

import java.time.Duration;

/**
 * How a trail is kept.
 *
 * @param rotateSize bytes after which a new file is begun
 * @param rotateAfter time after which a new file is begun; zero for never
 * @param keepFiles how many files that are full are kept; 0 for all
 */
public record TrailOptions(Fsync fsync, long rotateSize, Duration rotateAfter, int keepFiles) {
    /** Nothing is removed; 256 MiB a file; at most a second is lost with the power. */
    public static final TrailOptions DEFAULT = new TrailOptions(Fsync.INTERVAL, 256L << 20, Duration.ZERO, 0);
}
