package dev.kekkai.tpm.command;

import dev.kekkai.tpm.TpmException;

/**
 * What somebody who is gone left loaded in a TPM without a resource manager: there nobody flushes it, and three objects may be all that fit. To be
 * called by who has the TPM alone.
 */
public final class Leftovers {
    private static final int TRANSIENT = 0x8000_0000;
    private static final int LOADED_SESSIONS = 0x0200_0000;

    private Leftovers() {}

    /** Flushes objects and sessions that are loaded, and answers how many there were. */
    public static int flush(Tpm tpm) throws TpmException {
        CapabilityCommands loaded = new CapabilityCommands(tpm);
        return flush(tpm, loaded, TRANSIENT) + flush(tpm, loaded, LOADED_SESSIONS);
    }

    private static int flush(Tpm tpm, CapabilityCommands loaded, int first) throws TpmException {
        int flushed = 0;
        for (int handle : loaded.handles(first)) {
            tpm.flush(handle);
            flushed++;
        }
        return flushed;
    }
}
