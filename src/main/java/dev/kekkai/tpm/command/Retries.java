package dev.kekkai.tpm.command;

import dev.kekkai.tpm.ResponseCode;
import dev.kekkai.tpm.TpmException;
import dev.kekkai.tpm.TpmException.Malformed;
import dev.kekkai.tpm.TpmException.Unavailable;
import dev.kekkai.tpm.transport.TpmTransport;
import java.nio.ByteBuffer;
import java.time.Duration;

/**
 * Sends a command again when the TPM says that it did nothing yet: {@code TPM_RC_RETRY}, {@code TPM_RC_YIELDED}, {@code TPM_RC_TESTING}
 * (Part 2 §6.6.3). The bytes stay the same, for a TPM that refuses rolls no nonces. Between two attempts it waits 5 ms, twice as long each
 * time, 320 ms at most, until the command's time is up.
 */
final class Retries {
    private static final Duration FIRST_PAUSE = Duration.ofMillis(5);
    private static final Duration LONGEST_PAUSE = Duration.ofMillis(320);

    private final TpmTransport transport;
    private final Duration timeout;

    Retries(TpmTransport transport, Duration timeout) {
        this.transport = transport;
        this.timeout = timeout;
    }

    byte[] transmit(byte[] command) throws TpmException {
        long deadline = System.nanoTime() + timeout.toNanos();
        Duration pause = FIRST_PAUSE;
        while (true) {
            byte[] response = transport.transmit(command, Duration.ofNanos(deadline - System.nanoTime()));
            if (!putOff(response) || deadline - System.nanoTime() < pause.toNanos()) {
                return response;
            }
            sleep(pause);
            pause = pause.multipliedBy(2).compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause.multipliedBy(2);
        }
    }

    private static boolean putOff(byte[] response) throws Malformed {
        if (response.length < TpmTransport.HEADER_LENGTH) {
            throw new Malformed("response", "has " + response.length + " bytes and no whole header", 0);
        }
        return response.length == TpmTransport.HEADER_LENGTH
                && new ResponseCode(ByteBuffer.wrap(response).getInt(6)).putsOff();
    }

    private static void sleep(Duration pause) throws Unavailable {
        try {
            Thread.sleep(pause);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Unavailable("interrupted while the TPM was busy", e);
        }
    }
}
