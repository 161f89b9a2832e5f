package dev.kekkai.audit.syslog;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.InputStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import org.junit.jupiter.api.Test;

/** Copies over real sockets on loopback. */
class SyslogCopiesTest {
    private static final String LINE = "{\"v\":2,\"time\":\"2026-01-02T03:04:05.000678Z\",\"seq\":%d}\n";
    private static final int TEN_SECONDS = 10_000;

    @Test
    void a_record_is_a_message_of_rfc_5424_in_a_datagram() throws Exception {
        try (DatagramSocket server = new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
                SyslogCopies copies = SyslogCopies.to(URI.create("udp://127.0.0.1:" + server.getLocalPort()))) {
            server.setSoTimeout(TEN_SECONDS);
            copies.accept((LINE.formatted(1) + LINE.formatted(2)).getBytes(UTF_8));

            assertThat(received(server))
                    .matches("<110>1 2026-01-02T03:04:05\\.000678Z [!-~]+ kekkai "
                            + ProcessHandle.current().pid() + " audit - \\{\"v\":2,.*\"seq\":1}");
            assertThat(received(server)).endsWith("\"seq\":2}");
            assertThat(copies.dropped()).isZero();
        }
    }

    @Test
    void over_tcp_each_message_says_its_length() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                SyslogCopies copies = SyslogCopies.to(URI.create("tcp://127.0.0.1:" + server.getLocalPort()))) {
            copies.accept(LINE.formatted(7).getBytes(UTF_8));
            try (Socket connection = server.accept()) {
                connection.setSoTimeout(TEN_SECONDS);
                InputStream in = connection.getInputStream();
                StringBuilder length = new StringBuilder();
                for (int at = in.read(); at != ' '; at = in.read()) {
                    length.append((char) at);
                }
                String message = new String(in.readNBytes(Integer.parseInt(length.toString())), UTF_8);
                assertThat(message).startsWith("<110>1 ").endsWith("\"seq\":7}");
            }
        }
    }

    @Test
    void what_cannot_be_sent_is_counted_and_when_the_server_is_back_it_goes_on() throws Exception {
        int port;
        try (ServerSocket closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = closed.getLocalPort();
        }
        try (SyslogCopies copies = SyslogCopies.to(URI.create("tcp://127.0.0.1:" + port))) {
            copies.accept((LINE.formatted(1) + LINE.formatted(2)).getBytes(UTF_8));
            await().until(() -> copies.dropped() == 2);
            assertThat(copies.problem()).contains("refused");

            try (ServerSocket server = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                copies.accept(LINE.formatted(3).getBytes(UTF_8));
                try (Socket connection = server.accept()) {
                    connection.setSoTimeout(TEN_SECONDS);
                    assertThat(connection.getInputStream().read()).isPositive();
                }
            }
            await().until(() -> copies.problem().isEmpty());
        }
    }

    @Test
    void a_server_that_does_not_read_stops_nobody() throws Exception {
        try (ServerSocket deaf = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                SyslogCopies copies = SyslogCopies.to(URI.create("tcp://127.0.0.1:" + deaf.getLocalPort()))) {
            byte[] group = LINE.formatted(1).repeat(100).getBytes(UTF_8);
            int given = 0;
            while (copies.dropped() == 0 && given < 100_000) {
                copies.accept(group);
                given++;
            }

            assertThat(copies.dropped()).isPositive();
            assertThat(given).isGreaterThanOrEqualTo(SyslogCopies.MOST_WAITING);
        }
    }

    private static String received(DatagramSocket server) throws Exception {
        DatagramPacket packet = new DatagramPacket(new byte[8192], 8192);
        server.receive(packet);
        return new String(packet.getData(), 0, packet.getLength(), UTF_8);
    }
}
