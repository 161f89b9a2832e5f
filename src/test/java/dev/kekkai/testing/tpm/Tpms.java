package dev.kekkai.testing.tpm;

import dev.kekkai.tpm.TpmException;
import dev.kekkai.tpm.command.Tpm;
import dev.kekkai.tpm.transport.SocketTransport;
import java.time.Duration;

/** Connections to swtpm. */
public final class Tpms {
    /** An RSA key takes swtpm a second or two, on a busy machine ten. */
    public static final Duration TIMEOUT = Duration.ofSeconds(60);

    private Tpms() {}

    /** The one connection that swtpm serves at a time. */
    public static Tpm connect(Swtpm swtpm) throws TpmException {
        return new Tpm(transport(swtpm), TIMEOUT);
    }

    /** The same without the codec, to be decorated. */
    public static SocketTransport transport(Swtpm swtpm) throws TpmException {
        return SocketTransport.connect(swtpm.address(), TIMEOUT);
    }
}
