package dev.kekkai.config;

import dev.kekkai.config.AuditConfig.Fsync;
import dev.kekkai.config.ValueType.Kind;
import java.net.InetAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** The section {@code audit}. */
final class AuditSettings {
    static final Key<String> PATH = Key.preset(
            "audit.path",
            orEmpty(Types.absolutePath()),
            "",
            "Absolute path of the audit trail; empty is audit.jsonl beside the database.");
    static final Key<Fsync> FSYNC = Key.preset(
            "audit.fsync",
            Types.choice(Map.of("never", Fsync.NEVER, "interval", Fsync.INTERVAL, "always", Fsync.ALWAYS)),
            "interval",
            "When the disk itself must have a record: never, once a second, or before each answer.");
    static final Key<Long> ROTATE_SIZE = Key.preset(
            "audit.rotate-size", mebibytes(1, 65536), "256MiB", "How long a file grows before the next one is begun.");
    static final Key<Duration> ROTATE_AFTER = Key.preset(
            "audit.rotate-after",
            neverOrDays(),
            "never",
            "How old a file gets before the next one is begun, however small it is.");
    static final Key<Integer> KEEP_FILES = Key.preset(
            "audit.keep-files",
            Types.integer(0, 100_000),
            "0",
            "How many full files are kept beside the one that is written; 0 keeps all.");
    static final Key<Duration> ANCHOR_EVERY = Key.preset(
            "audit.anchor-every",
            Types.seconds(1, 3600),
            "60s",
            "How long a record waits at most until the HSM signs that it is there.");
    static final Key<String> SYSLOG = Key.preset(
            "audit.syslog", orEmpty(syslog()), "", "The syslog server that gets a copy of each record; empty is none.");

    /** {@code sun_path} of unix(7) has 108 bytes, a zero at its end. */
    private static final int LONGEST_SOCKET_PATH = 107;

    private AuditSettings() {}

    /** The text itself, so that it may be empty. */
    static ValueType<String> orEmpty(ValueType<?> type) {
        return ValueType.hidden(Kind.TEXT, type.expected() + ", or \"\"", text -> Optional.of(text)
                .filter(value -> value.isEmpty() || type.read(value).isPresent()));
    }

    /** Never is zero. */
    private static ValueType<Duration> neverOrDays() {
        ValueType<Duration> days = Types.days(1, 3650);
        return ValueType.shown(
                Kind.TEXT,
                "never, or " + days.expected(),
                text -> text.equals("never") ? Optional.of(Duration.ZERO) : days.read(text),
                "[A-Za-z0-9]{1,24}");
    }

    private static ValueType<Long> mebibytes(int least, int most) {
        return ValueType.shown(
                Kind.TEXT,
                "a size from " + least + "MiB to " + most + "MiB, such as 256MiB",
                text -> Optional.of(text)
                        .filter(size -> size.matches("[1-9][0-9]{0,5}MiB"))
                        .map(size -> Long.valueOf(size.replace("MiB", "")))
                        .filter(size -> size >= least && size <= most)
                        .map(size -> size << 20),
                "[A-Za-z0-9]{1,24}");
    }

    /** Addresses only: what a name points to is decided by others. */
    private static ValueType<URI> syslog() {
        return ValueType.hidden(
                Kind.TEXT,
                "udp://address:port or tcp://address:port with a literal IP address, such as udp://127.0.0.1:514, or unix:/path of a socket, such as unix:/dev/log",
                text -> Optional.of(text)
                        .filter(url -> url.matches("unix:(/[A-Za-z0-9._+-]+){1,20}")
                                        && url.length() <= "unix:".length() + LONGEST_SOCKET_PATH
                                || isNetwork(url))
                        .map(URI::create));
    }

    private static boolean isNetwork(String url) {
        return url.matches("(udp|tcp)://([0-9.]{7,15}|\\[[0-9A-Fa-f:.]{2,45}]):[1-9][0-9]{0,4}")
                && URI.create(url).getPort() <= 65535
                && literal(URI.create(url));
    }

    private static boolean literal(URI uri) {
        try {
            return uri.getHost() != null
                    && !InetAddress.ofLiteral(uri.getHost().replaceAll("[\\[\\]]", ""))
                            .getHostAddress()
                            .isEmpty();
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    static AuditConfig of(Settings settings) {
        return new AuditConfig(
                Optional.of(settings.get(PATH)).filter(path -> !path.isEmpty()).map(Path::of),
                settings.get(FSYNC),
                settings.get(ROTATE_SIZE),
                settings.get(ROTATE_AFTER),
                settings.get(KEEP_FILES),
                settings.get(ANCHOR_EVERY),
                Optional.of(settings.get(SYSLOG)).filter(url -> !url.isEmpty()).map(URI::create),
                OtlpSettings.of(settings));
    }
}
