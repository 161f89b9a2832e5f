package dev.kekkai.tpm.structure;

import dev.kekkai.tpm.TpmException.Malformed;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * {@code TPMS_PCR_SELECTION} (Part 2 §10.6.2): PCRs of one bank.
 *
 * @param bitmap one bit a PCR, PCR 0 is the lowest bit of the first byte; 1 to 4 bytes
 */
public record PcrSelection(HashAlg bank, byte[] bitmap) {
    /** Bytes of the bitmap that a PC client's TPM knows: 24 PCRs. */
    private static final int PC_CLIENT = 3;

    private static final int MAX_BITMAP = 4;

    /**
     * These PCRs, in any order.
     *
     * @throws IllegalArgumentException if one is not 0 to 23
     */
    public static PcrSelection of(HashAlg bank, int... pcrs) {
        byte[] bitmap = new byte[PC_CLIENT];
        for (int pcr : pcrs) {
            if (pcr < 0 || pcr >= 8 * PC_CLIENT) {
                throw new IllegalArgumentException("there is no PCR " + pcr);
            }
            bitmap[pcr / 8] |= (byte) (1 << pcr % 8);
        }
        return new PcrSelection(bank, bitmap);
    }

    static PcrSelection read(TpmReader in) throws Malformed {
        HashAlg bank = HashAlg.read(in, "TPMS_PCR_SELECTION.hash");
        int length = in.u8("TPMS_PCR_SELECTION.sizeofSelect");
        if (length < 1 || length > MAX_BITMAP) {
            throw in.malformed("TPMS_PCR_SELECTION.sizeofSelect", "is not 1 to " + MAX_BITMAP);
        }
        return new PcrSelection(bank, in.bytes(length, "TPMS_PCR_SELECTION.pcrSelect"));
    }

    void write(TpmWriter out) {
        out.u16(bank.id()).u8(bitmap.length).bytes(bitmap);
    }

    /** The PCRs, ascending: the order in which a quote digests them. */
    public List<Integer> pcrs() {
        return IntStream.range(0, 8 * bitmap.length)
                .filter(this::contains)
                .boxed()
                .toList();
    }

    public boolean contains(int pcr) {
        return pcr < 8 * bitmap.length && (bitmap[pcr / 8] >> pcr % 8 & 1) == 1;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof PcrSelection(HashAlg hash, byte[] bits) && bank == hash && Arrays.equals(bitmap, bits);
    }

    @Override
    public int hashCode() {
        return 31 * bank.hashCode() + Arrays.hashCode(bitmap);
    }

    @Override
    public String toString() {
        return bank + ":" + pcrs();
    }
}
