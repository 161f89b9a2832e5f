package dev.kekkai.attestation.eventlog;

import java.util.Arrays;

/** Goes through a log from front to back. Numbers are little-endian; nothing is copied before it is known to lie inside the input. */
final class LogCursor {
    private final byte[] bytes;
    private int at;

    LogCursor(byte[] bytes) {
        this.bytes = bytes;
    }

    boolean atEnd() {
        return at == bytes.length;
    }

    int u8(String what) throws MalformedEventLogException {
        return (int) number(1, what);
    }

    int u16(String what) throws MalformedEventLogException {
        return (int) number(2, what);
    }

    long u32(String what) throws MalformedEventLogException {
        return number(4, what);
    }

    /** @param length unsigned, as it stands in the log */
    byte[] take(long length, String what) throws MalformedEventLogException {
        if (length > bytes.length - at) {
            throw new MalformedEventLogException("it ends inside " + what, bytes.length);
        }
        at += (int) length;
        return Arrays.copyOfRange(bytes, at - (int) length, at);
    }

    /** For what was just read: the fault lies where it ends. */
    MalformedEventLogException malformed(String what) {
        return new MalformedEventLogException(what, at);
    }

    private long number(int length, String what) throws MalformedEventLogException {
        byte[] field = take(length, what);
        long number = 0;
        for (int i = length - 1; i >= 0; i--) {
            number = (number << 8) | (field[i] & 0xFF);
        }
        return number;
    }
}
