package dev.kekkai.attestation.eventlog;

import dev.kekkai.attestation.pcr.Digest;
import dev.kekkai.tpm.structure.HashAlg;
import java.util.Map;

/**
 * One extension of one PCR.
 *
 * @param pcr from 0 to 23
 * @param digests what was extended, for each bank that the log has and that is known here
 */
public record MeasuredEvent(int pcr, Map<HashAlg, Digest> digests) {
    public MeasuredEvent {
        digests = Map.copyOf(digests);
    }
}
