package dev.kekkai.attestation.policy;

import dev.kekkai.attestation.eventlog.EventLog;
import dev.kekkai.attestation.eventlog.MalformedEventLogException;
import dev.kekkai.attestation.verdict.Reason;
import org.jspecify.annotations.Nullable;

/** An event log that is parsed when the first rule asks, and never if none does. */
final class LazyLog {
    private final byte[] bytes;
    private @Nullable Reading reading;

    LazyLog(byte[] bytes) {
        this.bytes = bytes;
    }

    sealed interface Reading {}

    record Read(EventLog log) implements Reading {}

    record Unreadable(Reason reason, String detail) implements Reading {}

    Reading read() {
        if (reading == null) {
            reading = parse();
        }
        return reading;
    }

    private Reading parse() {
        if (bytes.length == 0) {
            return new Unreadable(
                    Reason.EVENT_LOG_MISSING,
                    "the policy speaks of the event log, and the node sent none: use raw PCR values for firmware without one");
        }
        try {
            return new Read(EventLog.parse(bytes));
        } catch (MalformedEventLogException e) {
            return new Unreadable(Reason.EVENT_LOG_SHAPE, "the event log cannot be read: " + e.getMessage());
        }
    }
}
