package dev.kekkai.testing.tpm;

import dev.kekkai.tpm.TpmException;
import dev.kekkai.tpm.transport.TpmTransport;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * Stands between us and a TPM, and gives one command's response another form: the real one, changed, or one that it was given. What it is not
 * told about passes, and so does an error: a TPM may first ask to try again.
 */
public final class Forger implements TpmTransport {
    private static final int FLUSH_CONTEXT = 0x165;
    private static final byte[] SUCCESS = HexFormat.of().parseHex("80010000000a00000000");

    private TpmTransport transport;
    private int command;
    private UnaryOperator<byte[]> change = UnaryOperator.identity();
    private Optional<byte[]> instead = Optional.empty();
    private byte[] last = new byte[0];
    private int forged;
    private final List<Integer> flushed = new ArrayList<>();

    public Forger(TpmTransport transport) {
        this.transport = transport;
    }

    /** From now on talks to another TPM. */
    public void redirect(TpmTransport other) {
        transport.close();
        transport = other;
    }

    /** The TPM runs the command; its response is changed. */
    public void change(int commandCode, UnaryOperator<byte[]> how) {
        command = commandCode;
        change = how;
        instead = Optional.empty();
        forged = 0;
    }

    /** The TPM never sees the command, nor flushes of handles that it therefore never gave; this is the response. */
    public void answer(int commandCode, byte[] response) {
        command = commandCode;
        instead = Optional.of(response.clone());
        forged = 0;
        flushed.clear();
    }

    public void letPass() {
        change(0, UnaryOperator.identity());
    }

    /** The last real response to the command that was named. */
    public byte[] last() {
        return last.clone();
    }

    /** How many responses were forged since it was told to. */
    public int forged() {
        return forged;
    }

    /** Handles whose flush it answered itself. */
    public List<Integer> flushed() {
        return List.copyOf(flushed);
    }

    @Override
    public byte[] transmit(byte[] bytes, Duration timeout) throws TpmException {
        int code = ByteBuffer.wrap(bytes).getInt(6);
        if (instead.isPresent() && code == command) {
            forged++;
            return instead.get().clone();
        }
        if (instead.isPresent() && code == FLUSH_CONTEXT) {
            flushed.add(ByteBuffer.wrap(bytes).getInt(10));
            return SUCCESS.clone();
        }
        byte[] response = transport.transmit(bytes, timeout);
        if (code != command || ByteBuffer.wrap(response).getInt(6) != 0) {
            return response;
        }
        forged++;
        last = response.clone();
        return change.apply(response);
    }

    @Override
    public void close() {
        transport.close();
    }
}
