package dev.kekkai.testing.tpm;

import dev.kekkai.tpm.TpmException;
import dev.kekkai.tpm.transport.TpmTransport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A transport that remembers all that passes through it. */
public final class Recorder implements TpmTransport {
    private final TpmTransport transport;
    private final List<byte[]> commands = new ArrayList<>();
    private final List<byte[]> responses = new ArrayList<>();

    public Recorder(TpmTransport transport) {
        this.transport = transport;
    }

    @Override
    public byte[] transmit(byte[] command, Duration timeout) throws TpmException {
        commands.add(command.clone());
        byte[] response = transport.transmit(command, timeout);
        responses.add(response.clone());
        return response;
    }

    public void forget() {
        commands.clear();
        responses.clear();
    }

    public byte[] command(int i) {
        return commands.get(i).clone();
    }

    public byte[] response(int i) {
        return responses.get(i).clone();
    }

    public int count() {
        return commands.size();
    }

    /** Whether these bytes occurred in any command or response. */
    public boolean saw(byte[] bytes) {
        return commands.stream().anyMatch(all -> contains(all, bytes))
                || responses.stream().anyMatch(all -> contains(all, bytes));
    }

    private static boolean contains(byte[] all, byte[] part) {
        for (int at = 0; at + part.length <= all.length; at++) {
            if (java.util.Arrays.equals(all, at, at + part.length, part, 0, part.length)) {
                return true;
            }
        }
        return false;
    }

    @Override
    public void close() {
        transport.close();
    }
}
