package dev.kekkai.config;

import dev.kekkai.config.ValueType.Kind;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Optional;

/** The section {@code audit.otlp}: its keys, and which of them go together. */
final class OtlpSettings {
    static final Key<String> URL = Key.preset(
            "audit.otlp.url",
            AuditSettings.orEmpty(url()),
            "",
            "The OpenTelemetry collector that gets a copy of each record over OTLP/HTTP; empty is none.");
    static final Key<Path> CA_FILE = new Key<>(
            "audit.otlp.ca-file",
            Types.absolutePath(),
            new Key.Absence.Nothing(),
            "Absolute path of a PEM file with the authorities that the collector's certificate may come from.");
    static final Key<Path> HEADERS_FILE = new Key<>(
            "audit.otlp.headers-file",
            Types.absolutePath(),
            new Key.Absence.Nothing(),
            "Absolute path of a file with headers that go with each request, such as one with a token.");
    static final Key<Boolean> ALLOW_PLAIN = Key.preset(
            "audit.otlp.allow-plain",
            Types.bool(),
            "false",
            "Says that you know that whoever listens on the way to the collector reads the audit trail.");

    private OtlpSettings() {}

    private static ValueType<URI> url() {
        return ValueType.hidden(
                Kind.TEXT,
                "an https or http URL with its path and without user, query or fragment, such as https://collector.example.net:4318/v1/logs",
                text -> read(text)
                        .filter(url -> "https".equals(url.getScheme()) || "http".equals(url.getScheme()))
                        .filter(url -> url.getHost() != null && url.getPort() != 0 && url.getPort() <= 65535)
                        .filter(url -> url.getRawPath().length() > 1)
                        .filter(url -> url.getRawUserInfo() == null
                                && url.getRawQuery() == null
                                && url.getRawFragment() == null));
    }

    private static Optional<URI> read(String text) {
        try {
            return Optional.of(new URI(text));
        } catch (URISyntaxException unfit) {
            return Optional.empty();
        }
    }

    static void check(Settings settings, Problems problems) {
        Optional<URI> url = settings.find(URL).filter(text -> !text.isEmpty()).map(URI::create);
        if (url.isEmpty() || !"http".equals(url.get().getScheme())) {
            return;
        }
        settings.setting(CA_FILE)
                .ifPresent(given -> problems.add(
                        given.origin(),
                        CA_FILE.path(),
                        "checks nothing, because " + URL.path() + " is http",
                        "make that https, or take this out"));
        if (!isThisHost(url.get())) {
            refuseReaders(settings, problems);
        }
    }

    private static void refuseReaders(Settings settings, Problems problems) {
        Origin origin = settings.setting(URL).orElseThrow().origin();
        if (settings.setting(HEADERS_FILE).isPresent()) {
            problems.add(
                    origin,
                    URL.path(),
                    "is http to another host, and whoever listens on the way would read the headers of "
                            + HEADERS_FILE.path(),
                    "make it https");
        } else if (!settings.find(ALLOW_PLAIN).orElse(false)) {
            problems.add(
                    origin,
                    URL.path(),
                    "is http to another host, and whoever listens on the way would read the audit trail",
                    "make it https, or set " + ALLOW_PLAIN.path() + ": true if that may be");
        }
    }

    /** By its address: what a name points to is decided by others. */
    private static boolean isThisHost(URI url) {
        try {
            return InetAddress.ofLiteral(url.getHost().replaceAll("[\\[\\]]", ""))
                    .isLoopbackAddress();
        } catch (IllegalArgumentException name) {
            return url.getHost().equals("localhost");
        }
    }

    static Optional<AuditConfig.Otlp> of(Settings settings) {
        return Optional.of(settings.get(URL))
                .filter(url -> !url.isEmpty())
                .map(url -> new AuditConfig.Otlp(URI.create(url), settings.find(CA_FILE), settings.find(HEADERS_FILE)));
    }
}
