package dev.kekkai.tpm.structure;

import dev.kekkai.tpm.TpmException.Malformed;

/** {@code TPMU_ATTEST} (Part 2 §10.12.11): what was attested. */
public sealed interface Attested {
    /** {@code TPMS_QUOTE_INFO} (Part 2 §10.12.4): which PCRs, and the digest of their values one after the other. */
    record Quote(PcrSelectionList pcrSelect, byte[] pcrDigest) implements Attested {
        static Quote read(TpmReader in) throws Malformed {
            return new Quote(PcrSelectionList.read(in), in.sized(HashAlg.MAX_LENGTH, "TPMS_QUOTE_INFO.pcrDigest"));
        }
    }

    /** Of a type other than a quote: unread. */
    record Other(byte[] bytes) implements Attested {}
}
