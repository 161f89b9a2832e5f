package dev.kekkai.audit.syslog;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.util.Map;

/**
 * A datagram socket of unix(7), which the JDK has none of: five calls of libc by the foreign function API, with the constants of Linux on x86-64 and AArch64. One thread.
 *
 * <p>A native image needs each signature in its metadata; {@link #SIGNATURES} are all.
 */
final class UnixDatagrams implements AutoCloseable {
    private static final int AF_UNIX = 1;
    private static final int SOCK_DGRAM_CLOEXEC = 2 | 0x80000;
    private static final int SOL_SOCKET = 1;
    private static final int SO_SNDTIMEO = 21;
    private static final int MSG_NOSIGNAL = 0x4000;
    private static final int EPROTOTYPE = 91;
    private static final int ADDRESS_BYTES = 110;
    private static final int PATH_AT = 2;
    private static final long SEND_SECONDS = 1;
    private static final Map<Integer, String> REASONS = Map.of(
            2, "there is no such socket",
            11, "nobody takes messages off it",
            13, "permission denied",
            90, "the message is too long for it",
            104, "the connection was reset",
            111, "connection refused: nobody listens there");

    /** The functions that are called and their types. */
    static final Map<String, FunctionDescriptor> SIGNATURES = Map.of(
            "socket", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT),
            "connect", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT),
            "setsockopt", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT),
            "send", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT),
            "close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));

    /** A socket is there and is none for datagrams. */
    static final class WrongType extends IOException {
        WrongType(String message) {
            super(message);
        }
    }

    private final String path;
    private final MethodHandle send = handle("send");
    private final int descriptor;
    private boolean closed;

    private UnixDatagrams(String path, int descriptor) {
        this.path = path;
        this.descriptor = descriptor;
    }

    /**
     * Connects to a socket; a send that finds no room fails after a second.
     *
     * @param path at most 107 bytes
     */
    static UnixDatagrams connect(String path) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = state(arena);
            int descriptor = (int) invoke(path, state, handle("socket"), AF_UNIX, SOCK_DGRAM_CLOEXEC, 0);
            UnixDatagrams socket = new UnixDatagrams(path, descriptor);
            boolean done = false;
            try {
                MemorySegment wait = arena.allocate(JAVA_LONG, 2);
                wait.setAtIndex(JAVA_LONG, 0, SEND_SECONDS);
                invoke(path, state, handle("setsockopt"), descriptor, SOL_SOCKET, SO_SNDTIMEO, wait, (int)
                        wait.byteSize());
                invoke(path, state, handle("connect"), descriptor, address(path, arena), ADDRESS_BYTES);
                done = true;
                return socket;
            } finally {
                if (!done) {
                    socket.close();
                }
            }
        }
    }

    /** {@code struct sockaddr_un}: the family, and the path with a zero byte. */
    private static MemorySegment address(String path, Arena arena) throws IOException {
        byte[] bytes = path.getBytes(UTF_8);
        if (bytes.length >= ADDRESS_BYTES - PATH_AT) {
            throw new IOException(path + " is longer than the path of a unix socket can be");
        }
        MemorySegment address = arena.allocate(ADDRESS_BYTES, Short.BYTES);
        address.set(JAVA_SHORT, 0, (short) AF_UNIX);
        MemorySegment.copy(bytes, 0, address, JAVA_BYTE, PATH_AT, bytes.length);
        return address;
    }

    void send(byte[] message) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment bytes = arena.allocateFrom(JAVA_BYTE, message);
            invoke(path, state(arena), send, descriptor, bytes, (long) message.length, MSG_NOSIGNAL);
        }
    }

    private static MemorySegment state(Arena arena) {
        return arena.allocate(Linker.Option.captureStateLayout());
    }

    /** Restricted, because a wrong signature could crash the process: bin/kekkai allows native access to all, for the PKCS#11 wrapper. */
    @SuppressWarnings("restricted")
    private static MethodHandle handle(String name) {
        Linker linker = Linker.nativeLinker();
        FunctionDescriptor signature = SIGNATURES.get(name);
        if (signature == null) {
            throw new IllegalStateException("no signature for " + name);
        }
        return linker.downcallHandle(
                linker.defaultLookup().findOrThrow(name), signature, Linker.Option.captureCallState("errno"));
    }

    private static long invoke(String path, MemorySegment state, MethodHandle call, Object... arguments)
            throws IOException {
        Object[] all = new Object[arguments.length + 1];
        all[0] = state;
        System.arraycopy(arguments, 0, all, 1, arguments.length);
        long result = result(call, all);
        if (result >= 0) {
            return result;
        }
        VarHandle errno = Linker.Option.captureStateLayout().varHandle(MemoryLayout.PathElement.groupElement("errno"));
        int number = (int) errno.get(state, 0L);
        String why = path + ": " + REASONS.getOrDefault(number, "errno " + number);
        throw number == EPROTOTYPE ? new WrongType(why) : new IOException(why);
    }

    @SuppressWarnings("CatchingUnchecked")
    private static long result(MethodHandle call, Object[] arguments) {
        try {
            return ((Number) call.invokeWithArguments(arguments)).longValue();
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("a call of libc throws nothing", e);
        }
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        try (Arena arena = Arena.ofConfined()) {
            // Whatever it answers, the descriptor is gone: close(2).
            result(handle("close"), new Object[] {state(arena), descriptor});
        }
    }
}
