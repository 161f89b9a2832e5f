package dev.kekkai.attestation.eventlog;

import dev.kekkai.attestation.pcr.Digest;
import dev.kekkai.tpm.structure.HashAlg;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * The extensions that a log claims, in order, without the events that extend nothing ({@code EV_NO_ACTION}).
 *
 * @param format how it was written
 * @param startupLocality what {@code TPM2_Startup} was called from: PCR 0 starts at this number (PC Client Platform Firmware Profile §3.3.1)
 */
public record EventLog(Format format, int startupLocality, List<MeasuredEvent> events) {
    /** The longest log that is parsed, in bytes. Logs of servers have some 30 to 200 KiB. */
    public static final int MAX_BYTES = 1 << 20;

    /** Most events that are parsed. Logs of servers have some 50 to 300. */
    public static final int MAX_EVENTS = 8_192;

    /** How a log was written. */
    public enum Format {
        /** {@code TCG_PCR_EVENT2} after a {@code Spec ID Event03}: a digest for each bank. */
        CRYPTO_AGILE,
        /** {@code TCG_PCClientPCREvent}: SHA-1 alone. */
        LEGACY
    }

    public EventLog {
        events = List.copyOf(events);
    }

    /**
     * Reads a log that comes from anywhere, as {@code /sys/kernel/security/tpm0/binary_bios_measurements} has it.
     *
     * @param bytes all of it and nothing else
     * @throws MalformedEventLogException if it is in neither format, or exceeds a bound
     */
    public static EventLog parse(byte[] bytes) throws MalformedEventLogException {
        if (bytes.length > MAX_BYTES) {
            throw new MalformedEventLogException("no event log is this long", MAX_BYTES);
        }
        return new EventLogReader(bytes).read();
    }

    /** Whether anything was extended into the PCR. */
    public boolean measures(int pcr) {
        return events.stream().anyMatch(event -> event.pcr() == pcr);
    }

    /** Whether each extension of the PCR has a digest of the bank. */
    public boolean covers(HashAlg bank, int pcr) {
        return events.stream().filter(event -> event.pcr() == pcr).allMatch(event -> event.digests()
                .containsKey(bank));
    }

    /**
     * What was extended into the PCR, in order.
     *
     * @throws NullPointerException if the log does not {@link #covers cover} it
     */
    public List<Digest> digests(HashAlg bank, int pcr) {
        return events.stream()
                .filter(event -> event.pcr() == pcr)
                .map(event -> Objects.requireNonNull(event.digests().get(bank), "the log does not cover this PCR"))
                .toList();
    }

    /**
     * The value that the PCR has after all of it: {@code value = H(value ‖ digest)} for each extension (TPM 2.0 Part 1 §17.3).
     *
     * @throws NullPointerException if the log does not {@link #covers cover} it
     */
    public Digest replay(HashAlg bank, int pcr) {
        byte[] value = initial(bank, pcr);
        for (Digest extended : digests(bank, pcr)) {
            value = bank.digest(value, extended.bytes());
        }
        return Digest.of(bank, value);
    }

    /** Zeros; for PCR 0 the locality in the last byte; ones for those of a dynamic launch (PC Client Platform TPM Profile §4.6.2). */
    private byte[] initial(HashAlg bank, int pcr) {
        byte[] value = new byte[bank.length()];
        if (pcr == 0) {
            value[value.length - 1] = (byte) startupLocality;
        } else if (pcr >= 17 && pcr <= 22) {
            Arrays.fill(value, (byte) 0xFF);
        }
        return value;
    }
}
