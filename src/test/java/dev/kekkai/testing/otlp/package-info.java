/** An OpenTelemetry collector as a test needs one: real HTTP, and conduct to order. */
package dev.kekkai.testing.otlp;
