package dev.kekkai.testing.attestation;

import dev.kekkai.tpm.structure.HashAlg;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Writes event logs as firmware does, from the profile's text and not from what reads them. */
public final class LogWriter {
    public static final int EV_NO_ACTION = 3;
    public static final int EV_SEPARATOR = 4;
    public static final int EV_IPL = 13;
    public static final int EV_EFI_BOOT_SERVICES_APPLICATION = 0x80000003;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final List<HashAlg> banks;
    private final boolean agile;

    private LogWriter(boolean agile, List<HashAlg> banks) {
        this.agile = agile;
        this.banks = banks;
    }

    /** {@code TCG_PCR_EVENT2}, after a {@code Spec ID Event03}. */
    public static LogWriter agile(HashAlg... banks) {
        LogWriter writer = new LogWriter(true, List.of(banks));
        writer.legacyEvent(0, EV_NO_ACTION, new byte[20], specId(writer.banks));
        return writer;
    }

    /** {@code TCG_PCClientPCREvent}. */
    public static LogWriter legacy() {
        return new LogWriter(false, List.of(HashAlg.SHA1));
    }

    /** An event whose digests are those of its data. */
    public LogWriter event(int pcr, int type, byte[] data) {
        Map<HashAlg, byte[]> digests = new LinkedHashMap<>();
        banks.forEach(bank -> digests.put(bank, bank.digest(data)));
        return event(pcr, type, digests, data);
    }

    /** The same, of text. */
    public LogWriter event(int pcr, int type, String data) {
        return event(pcr, type, data.getBytes(StandardCharsets.UTF_8));
    }

    /** An event with these digests, in this order. */
    public LogWriter event(int pcr, int type, Map<HashAlg, byte[]> digests, byte[] data) {
        if (!agile) {
            return legacyEvent(pcr, type, digests.get(HashAlg.SHA1), data);
        }
        raw(u32(pcr)).raw(u32(type)).raw(u32(digests.size()));
        digests.forEach((bank, digest) -> raw(u16(bank.id())).raw(digest));
        return raw(u32(data.length)).raw(data);
    }

    /** An {@code EV_NO_ACTION} with digests of zeros. */
    public LogWriter noAction(byte[] data) {
        Map<HashAlg, byte[]> zeros = new LinkedHashMap<>();
        banks.forEach(bank -> zeros.put(bank, new byte[bank.length()]));
        return event(0, EV_NO_ACTION, zeros, data);
    }

    public LogWriter startupLocality(int locality) {
        byte[] data = "StartupLocality\0?".getBytes(StandardCharsets.US_ASCII);
        data[16] = (byte) locality;
        return noAction(data);
    }

    public LogWriter raw(byte[] bytes) {
        out.writeBytes(bytes);
        return this;
    }

    public byte[] bytes() {
        return out.toByteArray();
    }

    private LogWriter legacyEvent(int pcr, int type, byte[] sha1, byte[] data) {
        return raw(u32(pcr)).raw(u32(type)).raw(sha1).raw(u32(data.length)).raw(data);
    }

    /** Platform class 0, version 2.0, errata 2, 64-bit UINTN, no vendor information. */
    public static byte[] specId(List<HashAlg> banks) {
        LogWriter spec = new LogWriter(true, banks);
        spec.raw("Spec ID Event03\0".getBytes(StandardCharsets.US_ASCII)).raw(u32(0));
        spec.raw(new byte[] {0, 2, 2, 2}).raw(u32(banks.size()));
        banks.forEach(bank -> spec.raw(u16(bank.id())).raw(u16(bank.length())));
        return spec.raw(new byte[1]).bytes();
    }

    public static byte[] u32(int value) {
        return new byte[] {(byte) value, (byte) (value >> 8), (byte) (value >> 16), (byte) (value >> 24)};
    }

    private static byte[] u16(int value) {
        return new byte[] {(byte) value, (byte) (value >> 8)};
    }
}
