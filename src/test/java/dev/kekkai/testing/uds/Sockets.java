package dev.kekkai.testing.uds;

import java.io.IOException;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;

/** Plain sockets of somebody else's, without gRPC. */
public final class Sockets {
    private Sockets() {}

    /** A listening socket that takes no locks and knows none of our rules. Closing it leaves its file behind. */
    public static ServerSocketChannel listen(Path path) throws IOException {
        return ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(UnixDomainSocketAddress.of(path));
    }

    /** Whether somebody accepts there; a path that does not exist is an error. */
    public static boolean accepts(Path path) throws IOException {
        try (SocketChannel client = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
            return client.isConnected();
        } catch (ConnectException e) {
            return false;
        }
    }
}
