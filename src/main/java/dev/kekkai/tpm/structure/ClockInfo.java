package dev.kekkai.tpm.structure;

import dev.kekkai.tpm.TpmException.Malformed;

/**
 * {@code TPMS_CLOCK_INFO} (Part 2 §10.11.1). Only the counters are of use: a power loss makes the clock go backwards.
 *
 * @param clock milliseconds
 * @param resetCount TPM Resets since {@code TPM2_Clear}, unsigned 32 bits
 * @param restartCount TPM Restarts and Resumes since the last Reset, unsigned 32 bits
 * @param safe whether no higher clock was reported before
 */
public record ClockInfo(long clock, long resetCount, long restartCount, boolean safe) {
    static ClockInfo read(TpmReader in) throws Malformed {
        long clock = in.u64("TPMS_CLOCK_INFO.clock");
        long resetCount = in.u32("TPMS_CLOCK_INFO.resetCount");
        long restartCount = in.u32("TPMS_CLOCK_INFO.restartCount");
        int safe = in.u8("TPMS_CLOCK_INFO.safe");
        if (safe > 1) {
            throw in.malformed("TPMS_CLOCK_INFO.safe", "is neither NO nor YES");
        }
        return new ClockInfo(clock, resetCount, restartCount, safe == 1);
    }
}
