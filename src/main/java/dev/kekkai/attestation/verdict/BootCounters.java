package dev.kekkai.attestation.verdict;

import java.util.Comparator;

/**
 * How often a TPM was reset (power-on) and restarted or resumed since (TPMS_CLOCK_INFO, TPM 2.0 Part 2 §10.11.1). They never go
 * back in an honest TPM but by TPM2_Clear, unlike its clock, which a power loss sets back.
 *
 * @param resetCount unsigned, 32 bits
 * @param restartCount unsigned, 32 bits; begins again at each reset
 */
public record BootCounters(int resetCount, int restartCount) implements Comparable<BootCounters> {
    private static final Comparator<BootCounters> LEXICOGRAPHIC = Comparator.comparingLong(
                    (BootCounters counters) -> Integer.toUnsignedLong(counters.resetCount))
            .thenComparingLong(counters -> Integer.toUnsignedLong(counters.restartCount));

    /** Resets first, then restarts. */
    @Override
    public int compareTo(BootCounters other) {
        return LEXICOGRAPHIC.compare(this, other);
    }

    /** {@code reset 17, restart 2}. */
    @Override
    public String toString() {
        return "reset " + Integer.toUnsignedString(resetCount) + ", restart " + Integer.toUnsignedString(restartCount);
    }
}
