package dev.kekkai.audit.syslog;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.Arrays;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The way to the syslog daemon of this host, as syslog(3) goes it: a datagram a message, or, where the daemon's socket is a stream, messages that end
 * with a zero byte; and once more over a new connection where the daemon has started anew.
 */
final class LocalWire implements Wire {
    private static final Logger LOG = Logger.getLogger(LocalWire.class);

    private final String path;
    private @Nullable UnixDatagrams datagrams;
    private @Nullable SocketChannel stream;

    LocalWire(String path) {
        this.path = path;
    }

    @Override
    public void send(byte[] message) throws IOException {
        boolean fresh = datagrams == null && stream == null;
        try {
            sendOnce(message);
        } catch (IOException e) {
            close();
            if (fresh) {
                throw e;
            }
            sendOnce(message);
        }
    }

    private void sendOnce(byte[] message) throws IOException {
        connect();
        UnixDatagrams there = datagrams;
        SocketChannel channel = stream;
        if (there != null) {
            there.send(message);
        } else if (channel != null) {
            ByteBuffer ended = ByteBuffer.wrap(Arrays.copyOf(message, message.length + 1));
            while (ended.hasRemaining()) {
                channel.write(ended);
            }
        }
    }

    private void connect() throws IOException {
        if (datagrams != null || stream != null) {
            return;
        }
        try {
            datagrams = UnixDatagrams.connect(path);
        } catch (UnixDatagrams.WrongType streams) {
            stream = SocketChannel.open(UnixDomainSocketAddress.of(path));
        }
    }

    @Override
    public void close() {
        UnixDatagrams there = datagrams;
        SocketChannel stale = stream;
        datagrams = null;
        stream = null;
        if (there != null) {
            there.close();
        }
        try {
            if (stale != null) {
                stale.close();
            }
        } catch (IOException e) {
            LOG.debugf("A connection to syslog did not close: %s", e.getMessage());
        }
    }
}
