package dev.kekkai.tpm.command;

import dev.kekkai.tpm.ResponseCode;
import dev.kekkai.tpm.TpmException;
import dev.kekkai.tpm.TpmException.Malformed;
import dev.kekkai.tpm.TpmException.Refused;
import dev.kekkai.tpm.session.Authorization;
import dev.kekkai.tpm.session.AuthorizationArea;
import dev.kekkai.tpm.session.Password;
import dev.kekkai.tpm.structure.TpmReader;
import dev.kekkai.tpm.structure.TpmWriter;
import dev.kekkai.tpm.transport.TpmTransport;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * One TPM: frames commands, authorises them, retries those that the TPM puts off, and lets a response through only when its size, its tag and
 * its HMACs are right. One thread at a time.
 *
 * <p>No handle is lost: if anything about a response that gives one is refused, the handle is flushed before the exception leaves.
 */
public final class Tpm implements AutoCloseable {
    private static final int NO_SESSIONS = 0x8001;
    private static final int SESSIONS = 0x8002;

    private final TpmTransport transport;
    private final Retries retries;
    private final SecureRandom random;

    /**
     * Takes a transport, which it closes.
     *
     * @param timeout for each command, retries included. An RSA key takes some chips half a minute.
     */
    public Tpm(TpmTransport transport, Duration timeout) {
        this.transport = transport;
        this.retries = new Retries(transport, timeout);
        this.random = new SecureRandom();
    }

    SecureRandom random() {
        return random;
    }

    /**
     * Runs one command.
     *
     * @param parameters marshalled; destroyed before this returns, whatever happens
     * @param given authorisations in the order of the handles; those that are missing are empty passwords
     */
    <R> R run(
            CommandCode code,
            List<Entity> handles,
            TpmWriter parameters,
            ResponseParser<R> parser,
            Authorization... given)
            throws TpmException {
        AuthorizationArea area = new AuthorizationArea(code.code(), padded(given, code.authHandles()));
        byte[] body = parameters.toBytes();
        byte[] command = new byte[0];
        byte[] response = new byte[0];
        try {
            command = frame(code, handles, area, body);
            response = retries.transmit(command);
            return accept(code, area, response, parser);
        } finally {
            parameters.destroy();
            Arrays.fill(body, (byte) 0);
            Arrays.fill(command, (byte) 0);
            Arrays.fill(response, (byte) 0);
        }
    }

    private byte[] frame(CommandCode code, List<Entity> handles, AuthorizationArea area, byte[] body) throws Malformed {
        TpmWriter sealed = area.seal(handles.stream().map(Entity::name).toList(), body, random);
        TpmWriter out = new TpmWriter();
        try {
            int sessions = area.isEmpty() ? 0 : 4 + sealed.length();
            out.u16(area.isEmpty() ? NO_SESSIONS : SESSIONS)
                    .u32(TpmTransport.HEADER_LENGTH + 4L * handles.size() + sessions + body.length)
                    .u32(code.code());
            handles.forEach(entity -> out.u32(entity.handle()));
            if (!area.isEmpty()) {
                byte[] bytes = sealed.toBytes();
                out.u32(bytes.length).bytes(bytes);
                Arrays.fill(bytes, (byte) 0);
            }
            out.bytes(body);
            if (out.length() > TpmTransport.MAX_LENGTH) {
                throw new Malformed(code.toString(), "is longer than " + TpmTransport.MAX_LENGTH + " bytes", 0);
            }
            return out.toBytes();
        } finally {
            sealed.destroy();
            out.destroy();
        }
    }

    private <R> R accept(CommandCode code, AuthorizationArea area, byte[] response, ResponseParser<R> parser)
            throws TpmException {
        TpmReader in = new TpmReader(response);
        int tag = in.u16("response.tag");
        if (in.u32("response.responseSize") != response.length) {
            throw in.malformed("response.responseSize", "is not the " + response.length + " bytes that came");
        }
        int rc = in.bits32("response.responseCode");
        if (rc != 0) {
            in.end("response");
            throw new Refused(code.toString(), new ResponseCode(rc));
        }
        int handle = code.givesHandle() ? in.bits32("response.handle") : 0;
        try {
            if (tag != (area.isEmpty() ? NO_SESSIONS : SESSIONS)) {
                throw new Malformed("response.tag", "does not say that sessions are there as in the command", 0);
            }
            return parse(handle, area, in, parser);
        } catch (TpmException e) {
            if (code.givesHandle()) {
                flushAfter(e, handle);
            }
            throw e;
        }
    }

    private <R> R parse(int handle, AuthorizationArea area, TpmReader in, ResponseParser<R> parser)
            throws TpmException {
        byte[] parameters;
        if (area.isEmpty()) {
            parameters = in.rest("response.parameters");
        } else {
            int size = in.count(TpmTransport.MAX_LENGTH, "response.parameterSize");
            parameters = in.bytes(size, "response.parameters");
            area.open(parameters, in);
        }
        try {
            TpmReader reader = new TpmReader(parameters);
            R result = parser.parse(handle, reader);
            reader.end("response.parameters");
            return result;
        } finally {
            Arrays.fill(parameters, (byte) 0);
        }
    }

    private void flushAfter(TpmException failure, int handle) {
        try {
            flush(handle);
        } catch (TpmException e) {
            failure.addSuppressed(e);
        }
    }

    /** TPM2_FlushContext (Part 3 §28.4) of an object or a session. */
    void flush(int handle) throws TpmException {
        run(CommandCode.FLUSH_CONTEXT, List.of(), new TpmWriter().u32(handle), (none, in) -> handle);
    }

    private static List<Authorization> padded(Authorization[] given, int needed) {
        List<Authorization> all = new ArrayList<>(List.of(given));
        while (all.size() < needed) {
            all.add(Password.empty());
        }
        return all;
    }

    @Override
    public void close() {
        transport.close();
    }
}
