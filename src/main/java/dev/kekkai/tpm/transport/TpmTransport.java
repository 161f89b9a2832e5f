package dev.kekkai.tpm.transport;

import dev.kekkai.tpm.TpmException;
import java.time.Duration;

/** Carries commands to one TPM. One thread at a time. */
public interface TpmTransport extends AutoCloseable {
    /** No command and no response is longer, in bytes: the buffer of the kernel's driver. */
    int MAX_LENGTH = 4096;

    /** Tag, size and code, in bytes. */
    int HEADER_LENGTH = 10;

    /**
     * Sends one command and receives one response, at least a header and at most {@value #MAX_LENGTH} bytes; nothing else about it was
     * checked. After any exception the transport is of no more use, for an answer may still come.
     *
     * @throws TpmException.Unavailable if the TPM is not there or did not answer in time
     * @throws TpmException.Malformed if what came has no size that can be
     */
    byte[] transmit(byte[] command, Duration timeout) throws TpmException;

    @Override
    void close();
}
