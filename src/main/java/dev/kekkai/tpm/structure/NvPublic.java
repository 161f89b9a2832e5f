package dev.kekkai.tpm.structure;

import dev.kekkai.tpm.TpmException.Malformed;

/**
 * {@code TPMS_NV_PUBLIC} (Part 2 §13.5): an NV index.
 *
 * @param index its handle, {@code 0x01……}
 * @param attributes {@code TPMA_NV}, see {@link NvAttributes}
 * @param authPolicy empty, or a digest
 * @param dataSize in bytes
 */
public record NvPublic(int index, HashAlg nameAlg, int attributes, byte[] authPolicy, int dataSize) {
    private static final int MAX_LENGTH = 128;
    private static final int MAX_DATA = 2048;

    /** Reads a {@code TPM2B_NV_PUBLIC}. */
    public static NvPublic readSized(TpmReader outer) throws Malformed {
        TpmReader in = outer.inside(MAX_LENGTH, "TPM2B_NV_PUBLIC");
        NvPublic read = new NvPublic(
                in.bits32("TPMS_NV_PUBLIC.nvIndex"),
                HashAlg.read(in, "TPMS_NV_PUBLIC.nameAlg"),
                in.bits32("TPMS_NV_PUBLIC.attributes"),
                in.sized(HashAlg.MAX_LENGTH, "TPMS_NV_PUBLIC.authPolicy"),
                in.u16("TPMS_NV_PUBLIC.dataSize"));
        if (read.dataSize > MAX_DATA) {
            throw in.malformed("TPMS_NV_PUBLIC.dataSize", "is more than " + MAX_DATA);
        }
        in.end("TPMS_NV_PUBLIC");
        return read;
    }

    /** The marshalled {@code TPMS_NV_PUBLIC}, without a size. */
    public byte[] bytes() {
        return new TpmWriter()
                .u32(index)
                .u16(nameAlg.id())
                .u32(attributes)
                .sized(authPolicy)
                .u16(dataSize)
                .toBytes();
    }

    /** {@code nameAlg ‖ digest of the area}. It changes once, with the first write. */
    public byte[] name() {
        return Names.of(nameAlg, bytes());
    }

    /** Whether all these attributes are set; see {@link NvAttributes}. */
    public boolean has(int attributesAsked) {
        return (attributes & attributesAsked) == attributesAsked;
    }
}
