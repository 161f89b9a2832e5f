package dev.kekkai.audit.syslog;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** The way to a syslog server: one datagram a message (RFC 5426), or a TCP stream with octet counting (RFC 6587 §3.4.1). One thread. */
final class NetworkWire implements Wire {
    private static final Logger LOG = Logger.getLogger(NetworkWire.class);
    private static final int CONNECT_MILLIS = 2000;

    private final InetSocketAddress server;
    private final boolean stream;
    private @Nullable DatagramSocket datagrams;
    private @Nullable Socket connection;

    NetworkWire(URI server) {
        this.server = new InetSocketAddress(server.getHost().replaceAll("[\\[\\]]", ""), server.getPort());
        this.stream = server.getScheme().equals("tcp");
    }

    @Override
    public void send(byte[] message) throws IOException {
        if (stream) {
            byte[] length = (message.length + " ").getBytes(US_ASCII);
            byte[] framed = new byte[length.length + message.length];
            System.arraycopy(length, 0, framed, 0, length.length);
            System.arraycopy(message, 0, framed, length.length, message.length);
            connected().getOutputStream().write(framed);
        } else {
            socket().send(new DatagramPacket(message, message.length));
        }
    }

    private Socket connected() throws IOException {
        Socket there = connection;
        if (there == null) {
            there = new Socket();
            there.connect(server, CONNECT_MILLIS);
            connection = there;
        }
        return there;
    }

    /** Connected, so that a server that is not there is noticed where the network says so. */
    private DatagramSocket socket() throws IOException {
        DatagramSocket there = datagrams;
        if (there == null) {
            there = new DatagramSocket();
            there.connect(server);
            datagrams = there;
        }
        return there;
    }

    @Override
    public void close() {
        DatagramSocket there = datagrams;
        if (there != null) {
            there.close();
        }
        Socket stale = connection;
        datagrams = null;
        connection = null;
        try {
            if (stale != null) {
                stale.close();
            }
        } catch (IOException e) {
            LOG.debugf("A connection to syslog did not close: %s", e.getMessage());
        }
    }
}
