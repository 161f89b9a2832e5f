package dev.kekkai.audit.otlp;

import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Where a collector is, and how it is known.
 *
 * @param url {@code https://…} or {@code http://…}, with its path, which is {@code /v1/logs} at most collectors
 * @param ca PEM of the authorities that its certificate may come from; empty for those of the JDK
 * @param headers a file with lines {@code Name: value} that go with each request; empty for none
 */
public record CollectorAddress(URI url, Optional<Path> ca, Optional<Path> headers) {}
