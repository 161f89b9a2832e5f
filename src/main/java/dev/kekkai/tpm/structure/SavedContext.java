package dev.kekkai.tpm.structure;

import dev.kekkai.tpm.TpmException.Malformed;

/** {@code TPMS_CONTEXT} (Part 2 §14.5): an object or session outside the TPM, encrypted by it. */
public record SavedContext(long sequence, int savedHandle, int hierarchy, byte[] contextBlob) {
    private static final int MAX_BLOB = 3072;

    public static SavedContext read(TpmReader in) throws Malformed {
        return new SavedContext(
                in.u64("TPMS_CONTEXT.sequence"),
                in.bits32("TPMS_CONTEXT.savedHandle"),
                in.bits32("TPMS_CONTEXT.hierarchy"),
                in.sized(MAX_BLOB, "TPMS_CONTEXT.contextBlob"));
    }

    public void write(TpmWriter out) {
        out.u64(sequence).u32(savedHandle).u32(hierarchy).sized(contextBlob);
    }
}
