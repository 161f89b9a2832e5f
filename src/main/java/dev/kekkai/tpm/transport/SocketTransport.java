package dev.kekkai.tpm.transport;

import dev.kekkai.tpm.TpmException;
import dev.kekkai.tpm.TpmException.Malformed;
import dev.kekkai.tpm.TpmException.Unavailable;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Arrays;

/** Raw commands over a unix socket or TCP, as swtpm takes them. */
public final class SocketTransport implements TpmTransport {
    private final SocketAddress address;
    private final SocketChannel channel;
    private final Selector selector;
    private final SelectionKey key;

    private SocketTransport(SocketAddress address, SocketChannel channel, Selector selector) throws IOException {
        this.address = address;
        this.channel = channel;
        this.selector = selector;
        channel.configureBlocking(false);
        this.key = channel.register(selector, 0);
    }

    /**
     * Connects.
     *
     * @param address a {@code UnixDomainSocketAddress} or {@code InetSocketAddress}
     */
    public static SocketTransport connect(SocketAddress address, Duration timeout) throws Unavailable {
        SocketChannel channel = null;
        Selector selector = null;
        try {
            channel = SocketChannel.open(
                    address instanceof java.net.UnixDomainSocketAddress
                            ? java.net.StandardProtocolFamily.UNIX
                            : java.net.StandardProtocolFamily.INET);
            selector = Selector.open();
            SocketTransport transport = new SocketTransport(address, channel, selector);
            transport.connect(System.nanoTime() + timeout.toNanos());
            return transport;
        } catch (IOException e) {
            closeQuietly(selector);
            closeQuietly(channel);
            throw new Unavailable("no TPM can be reached at " + address + ": " + e.getMessage(), e);
        } catch (Unavailable e) {
            closeQuietly(selector);
            closeQuietly(channel);
            throw e;
        }
    }

    @Override
    public byte[] transmit(byte[] command, Duration timeout) throws TpmException {
        if (!channel.isOpen()) {
            throw new Unavailable("the connection to the TPM at " + address + " was closed");
        }
        long deadline = System.nanoTime() + timeout.toNanos();
        try {
            ByteBuffer out = ByteBuffer.wrap(command);
            while (out.hasRemaining()) {
                await(SelectionKey.OP_WRITE, deadline);
                channel.write(out);
            }
            byte[] header = new byte[HEADER_LENGTH];
            fill(header, 0, deadline);
            byte[] response = Arrays.copyOf(header, size(header));
            fill(response, HEADER_LENGTH, deadline);
            return response;
        } catch (IOException e) {
            close();
            throw new Unavailable("the TPM at " + address + " went away: " + e.getMessage(), e);
        } catch (TpmException e) {
            close();
            throw e;
        }
    }

    private void connect(long deadline) throws IOException, Unavailable {
        if (!channel.connect(address)) {
            while (!channel.finishConnect()) {
                await(SelectionKey.OP_CONNECT, deadline);
            }
        }
    }

    private void fill(byte[] bytes, int from, long deadline) throws IOException, Unavailable {
        ByteBuffer in = ByteBuffer.wrap(bytes, from, bytes.length - from);
        while (in.hasRemaining()) {
            await(SelectionKey.OP_READ, deadline);
            if (channel.read(in) < 0) {
                throw new Unavailable("the TPM at " + address + " hung up in the middle of a response");
            }
        }
    }

    private void await(int operation, long deadline) throws IOException, Unavailable {
        key.interestOps(operation);
        long millis = (deadline - System.nanoTime()) / 1_000_000;
        if (millis <= 0 || selector.select(millis) == 0) {
            throw new Unavailable("the TPM at " + address + " did not answer in time");
        }
        selector.selectedKeys().clear();
    }

    private static int size(byte[] header) throws Malformed {
        long size = ByteBuffer.wrap(header).getInt(2) & 0xFFFF_FFFFL;
        if (size < HEADER_LENGTH || size > MAX_LENGTH) {
            throw new Malformed("response.responseSize", "is not " + HEADER_LENGTH + " to " + MAX_LENGTH + " bytes", 2);
        }
        return (int) size;
    }

    @Override
    public void close() {
        closeQuietly(selector);
        closeQuietly(channel);
    }

    /** What cannot even be closed is lost already. */
    private static void closeQuietly(java.io.@org.jspecify.annotations.Nullable Closeable resource) {
        if (resource != null) {
            try {
                resource.close();
            } catch (IOException e) {
                // Nothing is left to do.
            }
        }
    }
}
