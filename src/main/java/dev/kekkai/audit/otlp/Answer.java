package dev.kekkai.audit.otlp;

import java.time.Duration;

/** What became of one request: <a href="https://opentelemetry.io/docs/specs/otlp/#otlphttp-response">OTLP/HTTP Response</a>. */
sealed interface Answer {
    /**
     * The collector has the records, but for some that it will never take.
     *
     * @param rejected how many; they must not be sent again
     * @param said the collector's word on them or on the request, or empty
     */
    record Taken(long rejected, String said) implements Answer {}

    /** The collector will not take this request, however often it is sent. */
    record Refused(String why) implements Answer {}

    /**
     * It may be taken later: overload, or nobody there.
     *
     * @param asked what the collector asked for; zero if it asked for nothing
     */
    record Later(String why, Duration asked) implements Answer {}
}
