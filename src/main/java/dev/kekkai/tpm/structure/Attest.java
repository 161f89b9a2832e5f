package dev.kekkai.tpm.structure;

import dev.kekkai.tpm.TpmException.Malformed;

/**
 * {@code TPMS_ATTEST} (Part 2 §10.12.12): what a TPM signs. Parsing judges the shape alone: magic and type are for the verifier to check,
 * and the signature is over the raw bytes, which are kept by whoever has them.
 *
 * @param magic unsigned 32 bits, {@link #GENERATED} if a TPM made it
 * @param type {@code TPMI_ST_ATTEST}, 16 bits
 * @param qualifiedSigner qualified name of the signing key
 * @param extraData the caller's qualifying data
 * @param firmwareVersion 64 bits, vendor-specific; obfuscated outside the endorsement and platform hierarchies
 */
public record Attest(
        long magic,
        int type,
        byte[] qualifiedSigner,
        byte[] extraData,
        ClockInfo clockInfo,
        long firmwareVersion,
        Attested attested) {
    /** {@code TPM_GENERATED_VALUE}. */
    public static final long GENERATED = 0xFF54_4347L;

    /** {@code TPM_ST_ATTEST_QUOTE}. */
    public static final int QUOTE = 0x8018;

    /** The longest accepted, in bytes. */
    public static final int MAX_LENGTH = 1024;

    /** {@code TPM2B_DATA}: a {@code TPMT_HA} of SHA-512. */
    private static final int MAX_EXTRA_DATA = 66;

    /** Parses exactly these bytes. */
    public static Attest parse(byte[] bytes) throws Malformed {
        TpmReader in = new TpmReader(bytes);
        long magic = in.u32("TPMS_ATTEST.magic");
        int type = in.u16("TPMS_ATTEST.type");
        byte[] signer = in.sized(Names.MAX_LENGTH, "TPMS_ATTEST.qualifiedSigner");
        byte[] extraData = in.sized(MAX_EXTRA_DATA, "TPMS_ATTEST.extraData");
        ClockInfo clockInfo = ClockInfo.read(in);
        long firmware = in.u64("TPMS_ATTEST.firmwareVersion");
        Attested attested =
                type == QUOTE ? Attested.Quote.read(in) : new Attested.Other(in.rest("TPMS_ATTEST.attested"));
        in.end("TPMS_ATTEST");
        return new Attest(magic, type, signer, extraData, clockInfo, firmware, attested);
    }
}
