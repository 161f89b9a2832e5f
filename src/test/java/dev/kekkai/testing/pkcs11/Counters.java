package dev.kekkai.testing.pkcs11;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/** What the module has counted up to one moment. The format is in {@code src/test/native/counters.c}. */
public final class Counters {
    private static final int RECORD = 64;
    private static final int NAME = 32;

    private final Map<String, long[]> records = new HashMap<>();

    private Counters() {}

    static Counters read(Path file) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.nativeOrder());
        Counters counters = new Counters();
        byte[] name = new byte[NAME];
        while (bytes.remaining() >= RECORD) {
            bytes.get(name);
            long[] values = {bytes.getLong(), bytes.getLong(), bytes.getLong(), bytes.getLong()};
            counters.records.put(new String(name, StandardCharsets.US_ASCII).replace("\0", ""), values);
        }
        if (!counters.records.containsKey("kekkai-faulty-1")) {
            throw new IOException(file + " holds no counters");
        }
        return counters;
    }

    /** Calls of a function that did more than ask for a length. */
    public long calls(String function) {
        return record(function)[0];
    }

    /** Calls that met a fault of any kind but latency. */
    public long injected(String function) {
        return record(function)[1];
    }

    /** Calls that met latency. */
    public long delayed(String function) {
        return record(function)[2];
    }

    /** Calls that only asked for the length of the output. */
    public long queries(String function) {
        return record(function)[3];
    }

    /** Calls that hang at this moment. */
    public long hanging() {
        return record("hanging")[0];
    }

    public long sessionsOpen() {
        return record("sessions-open")[0];
    }

    /** Logins that succeeded. */
    public long logins() {
        return record("logins")[0];
    }

    /** Logins whose PIN the token judged and did not take. */
    public long loginsRefused() {
        return record("logins-refused")[0];
    }

    /** How often all sessions were dropped. */
    public long sessionDrops() {
        return record("session-drops")[0];
    }

    public long loginDrops() {
        return record("login-drops")[0];
    }

    public long tokenRemovals() {
        return record("token-removals")[0];
    }

    /** Calls with a session handle that is no more, or never was. */
    public long staleSessions() {
        return record("stale-sessions")[0];
    }

    /** Calls with an object handle that is no more, or never was. */
    public long staleObjects() {
        return record("stale-objects")[0];
    }

    long controlErrors() {
        return record("control-errors")[0];
    }

    private long[] record(String name) {
        return Objects.requireNonNull(records.get(name), () -> "the module counts no " + name);
    }
}
