package dev.kekkai.testing.process;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** The listening TCP sockets of a process: {@code /proc/PID/net/tcp} and {@code tcp6} (proc(5)), matched by inode with its descriptors. */
final class TcpListeners {
    private static final String LISTEN = "0A";

    private TcpListeners() {}

    static List<InetSocketAddress> of(long pid) throws IOException {
        Path process = Path.of("/proc", Long.toString(pid));
        Set<String> own = descriptors(process.resolve("fd"));
        List<InetSocketAddress> listeners = new ArrayList<>();
        for (String table : List.of("tcp", "tcp6")) {
            for (String line : lines(process.resolve("net").resolve(table))) {
                String[] columns = line.strip().split("\\s+", -1);
                if (columns[3].equals(LISTEN) && own.contains("socket:[" + columns[9] + "]")) {
                    listeners.add(address(columns[1]));
                }
            }
        }
        return listeners;
    }

    private static List<String> lines(Path table) throws IOException {
        try {
            List<String> all = Files.readAllLines(table);
            return all.subList(Math.min(1, all.size()), all.size());
        } catch (NoSuchFileException e) {
            return List.of(); // the process has ended, or the host has no IPv6
        }
    }

    private static Set<String> descriptors(Path folder) throws IOException {
        Set<String> targets = new HashSet<>();
        try (Stream<Path> all = Files.list(folder)) {
            for (Path descriptor : all.toList()) {
                try {
                    targets.add(Files.readSymbolicLink(descriptor).toString());
                } catch (NoSuchFileException e) {
                    // closed in between
                }
            }
        } catch (NoSuchFileException e) {
            // the process has ended
        }
        return targets;
    }

    /** {@code 0100007F:1F90}: 32-bit words in host order, then the port. */
    private static InetSocketAddress address(String text) throws IOException {
        String[] parts = text.split(":", -1);
        ByteBuffer words = ByteBuffer.wrap(HexFormat.of().parseHex(parts[0])).order(ByteOrder.LITTLE_ENDIAN);
        ByteBuffer address = ByteBuffer.allocate(words.remaining());
        while (words.hasRemaining()) {
            address.putInt(words.getInt());
        }
        return new InetSocketAddress(InetAddress.getByAddress(address.array()), Integer.parseInt(parts[1], 16));
    }
}
