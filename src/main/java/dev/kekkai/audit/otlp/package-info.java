/** Copies of audit records for an OpenTelemetry collector. */
@NullMarked
package dev.kekkai.audit.otlp;

import org.jspecify.annotations.NullMarked;
