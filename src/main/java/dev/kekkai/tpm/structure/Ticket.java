package dev.kekkai.tpm.structure;

import dev.kekkai.tpm.TpmException.Malformed;

/**
 * {@code TPMT_TK_…} (Part 2 §10.7): a TPM's word to itself that it saw something, for example that a signature is right.
 *
 * @param tag {@code TPM_ST}
 * @param hierarchy a handle
 */
public record Ticket(int tag, int hierarchy, byte[] digest) {
    /** {@code TPM_ST_HASHCHECK} without a digest: no ticket, as for keys that are not restricted. */
    public static final int HASHCHECK = 0x8024;

    public static Ticket read(TpmReader in) throws Malformed {
        return new Ticket(
                in.u16("TPMT_TK.tag"), in.bits32("TPMT_TK.hierarchy"), in.sized(HashAlg.MAX_LENGTH, "TPMT_TK.digest"));
    }

    public void write(TpmWriter out) {
        out.u16(tag).u32(hierarchy).sized(digest);
    }
}
