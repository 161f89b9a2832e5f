package dev.kekkai.tpm.structure;

import dev.kekkai.tpm.TpmException.Malformed;
import java.util.Arrays;

/**
 * Reads big-endian structures from front to back. Every size is checked against what is there, and against a bound, before anything is
 * copied. Fields are named as the TCG does ({@code TPMT_PUBLIC.nameAlg}), for the error that says where it went wrong.
 */
public final class TpmReader {
    private final byte[] bytes;
    private final int end;
    private int at;
    private int fieldAt;

    /** Reads all of the array, which must not change meanwhile. */
    public TpmReader(byte[] bytes) {
        this(bytes, 0, bytes.length);
    }

    private TpmReader(byte[] bytes, int start, int end) {
        this.bytes = bytes;
        this.at = start;
        this.fieldAt = start;
        this.end = end;
    }

    public int u8(String field) throws Malformed {
        return (int) number(1, field);
    }

    public int u16(String field) throws Malformed {
        return (int) number(2, field);
    }

    /** An unsigned 32-bit number. */
    public long u32(String field) throws Malformed {
        return number(4, field);
    }

    /** 32 bits as they are: a handle, an attribute set. */
    public int bits32(String field) throws Malformed {
        return (int) number(4, field);
    }

    /** 64 bits; to be compared as unsigned. */
    public long u64(String field) throws Malformed {
        return number(8, field);
    }

    /** A number of elements, 32 bits. */
    public int count(int max, String field) throws Malformed {
        long count = u32(field);
        if (count > max) {
            throw malformed(field, "counts more than " + max + " elements");
        }
        return (int) count;
    }

    /** Bytes of a length that is known. */
    public byte[] bytes(int length, String field) throws Malformed {
        int start = skip(length, field);
        return Arrays.copyOfRange(bytes, start, start + length);
    }

    /** A {@code TPM2B}: 16 bits of size, then that many bytes. */
    public byte[] sized(int max, String field) throws Malformed {
        int start = at;
        byte[] value = bytes(size(max, field), field);
        fieldAt = start;
        return value;
    }

    /** A {@code TPM2B} around a structure: a reader of exactly that, whose {@link #end} is to be called. */
    public TpmReader inside(int max, String field) throws Malformed {
        int length = size(max, field);
        int start = skip(length, field);
        return new TpmReader(bytes, start, start + length);
    }

    /** All that is left. */
    public byte[] rest(String field) throws Malformed {
        return bytes(end - at, field);
    }

    /** How many bytes are left. */
    public int remaining() {
        return end - at;
    }

    /** Where the next field begins, in bytes from the start of the outermost input. */
    public int offset() {
        return at;
    }

    /** Refuses bytes behind the last field. */
    public void end(String structure) throws Malformed {
        if (at != end) {
            throw new Malformed(structure, "is followed by " + (end - at) + " more bytes", at);
        }
    }

    /** For a field that was just read. */
    public Malformed malformed(String field, String what) {
        return new Malformed(field, what, fieldAt);
    }

    private int size(int max, String field) throws Malformed {
        int size = u16(field + ".size");
        if (size > max) {
            throw malformed(field + ".size", "is more than " + max);
        }
        return size;
    }

    private long number(int length, String field) throws Malformed {
        int start = skip(length, field);
        long number = 0;
        for (int i = start; i < start + length; i++) {
            number = (number << 8) | (bytes[i] & 0xFF);
        }
        return number;
    }

    private int skip(int length, String field) throws Malformed {
        fieldAt = at;
        if (length > end - at) {
            throw malformed(field, "needs " + length + " bytes and has " + (end - at));
        }
        at += length;
        return fieldAt;
    }
}
