package dev.kekkai.attestation.prover;

import dev.kekkai.attestation.eventlog.EventLog;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * What the firmware and boot loader say they measured, as the kernel hands it on. It proves nothing by itself; the verifier replays it.
 *
 * @param file usually {@link #KERNEL}
 */
public record FirmwareLog(Path file) {
    /** Needs root, or {@code CAP_DAC_READ_SEARCH}. */
    public static final String KERNEL = "/sys/kernel/security/tpm0/binary_bios_measurements";

    /**
     * Reads it.
     *
     * @return empty if there is none, as with some firmware
     * @throws ProverException if it is there and cannot be read, or is longer than a verifier takes
     */
    public byte[] read() throws ProverException {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(EventLog.MAX_BYTES + 1);
            if (bytes.length > EventLog.MAX_BYTES) {
                throw new ProverException("the event log " + file + " is longer than " + EventLog.MAX_BYTES + " bytes");
            }
            return bytes;
        } catch (NoSuchFileException e) {
            return new byte[0];
        } catch (IOException e) {
            throw new ProverException(
                    "the event log " + file + " cannot be read; run as root, or with CAP_DAC_READ_SEARCH: " + e, e);
        }
    }
}
