package dev.kekkai.attestation.fuzz;

import dev.kekkai.attestation.eventlog.EventLog;
import dev.kekkai.attestation.eventlog.MalformedEventLogException;
import dev.kekkai.tpm.structure.HashAlg;

/** A log, and the replay of what it covers. */
public final class EventLogTarget {
    private EventLogTarget() {}

    public static void fuzzerTestOneInput(byte[] input) {
        try {
            EventLog log = EventLog.parse(input);
            for (HashAlg bank : HashAlg.values()) {
                for (int pcr = 0; pcr < 24; pcr++) {
                    if (log.covers(bank, pcr) && log.replay(bank, pcr).bank() != bank) {
                        throw new AssertionError("a replay gives a digest of its bank");
                    }
                }
            }
        } catch (MalformedEventLogException e) {
            // That is what it is for.
        }
    }
}
