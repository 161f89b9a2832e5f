package dev.kekkai.tpm.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.kekkai.testing.tpm.Swtpm;
import dev.kekkai.tpm.TpmException.Malformed;
import dev.kekkai.tpm.TpmException.Unavailable;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SocketTransportTest {
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final Duration SHORT = Duration.ofMillis(50);
    private static final byte[] GET_RANDOM = HexFormat.of().parseHex("80010000000c0000017b0010");

    private ServerSocketChannel listening;

    @BeforeEach
    void listen() throws Exception {
        listening = ServerSocketChannel.open().bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    }

    @AfterEach
    void stop() throws Exception {
        listening.close();
    }

    @Test
    void a_command_has_one_response_over_unix_socket_and_tcp() throws Exception {
        try (Swtpm unix = Swtpm.start();
                Swtpm tcp = Swtpm.startOnTcp();
                SocketTransport one = SocketTransport.connect(unix.address(), LONG);
                SocketTransport two = SocketTransport.connect(tcp.address(), LONG)) {
            for (int i = 0; i < 3; i++) {
                assertThat(one.transmit(GET_RANDOM, LONG)).hasSize(28);
                assertThat(two.transmit(GET_RANDOM, LONG)).hasSize(28);
            }
        }
    }

    @Test
    void a_response_that_comes_byte_by_byte_is_put_together() throws Exception {
        byte[] response = HexFormat.of().parseHex("80010000000c000000000000");
        try (SocketTransport transport = SocketTransport.connect(listening.getLocalAddress(), LONG);
                SocketChannel theirs = listening.accept()) {
            Thread tpm = Thread.startVirtualThread(() -> {
                try {
                    for (byte b : response) {
                        theirs.write(ByteBuffer.wrap(new byte[] {b}));
                    }
                } catch (java.io.IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            });
            assertThat(transport.transmit(GET_RANDOM, LONG)).isEqualTo(response);
            tpm.join();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"00000000", "00000009", "00001001", "7fffffff", "ffffffff"})
    void a_size_that_no_response_has_is_refused_before_anything_is_read_for_it(String size) throws Exception {
        try (SocketTransport transport = SocketTransport.connect(listening.getLocalAddress(), LONG);
                SocketChannel theirs = listening.accept()) {
            theirs.write(ByteBuffer.wrap(HexFormat.of().parseHex("8001" + size + "00000000")));
            assertThatExceptionOfType(Malformed.class)
                    .isThrownBy(() -> transport.transmit(GET_RANDOM, LONG))
                    .withMessage("response.responseSize is not 10 to 4096 bytes, at byte 2");
            assertThatExceptionOfType(Unavailable.class)
                    .as("the stream is out of step, so it is closed")
                    .isThrownBy(() -> transport.transmit(GET_RANDOM, LONG));
        }
    }

    @Test
    void silence_ends_with_the_deadline_and_a_late_answer_is_nobodys() throws Exception {
        try (SocketTransport transport = SocketTransport.connect(listening.getLocalAddress(), LONG);
                SocketChannel theirs = listening.accept()) {
            assertThatExceptionOfType(Unavailable.class)
                    .isThrownBy(() -> transport.transmit(GET_RANDOM, SHORT))
                    .withMessageContaining("did not answer in time");
            assertThatExceptionOfType(Unavailable.class).isThrownBy(() -> transport.transmit(GET_RANDOM, LONG));
            assertThat(theirs.isOpen()).isTrue();
        }
    }

    @Test
    void hanging_up_in_the_middle_is_not_a_short_response() throws Exception {
        try (SocketTransport transport = SocketTransport.connect(listening.getLocalAddress(), LONG)) {
            try (SocketChannel theirs = listening.accept()) {
                theirs.write(ByteBuffer.wrap(HexFormat.of().parseHex("80010000001c00000000")));
            }
            assertThatExceptionOfType(Unavailable.class).isThrownBy(() -> transport.transmit(GET_RANDOM, LONG));
        }
    }

    @Test
    void nobody_there_is_said_so(@TempDir Path folder) {
        assertThatExceptionOfType(Unavailable.class)
                .isThrownBy(() -> SocketTransport.connect(UnixDomainSocketAddress.of(folder.resolve("none")), LONG))
                .withMessageStartingWith("no TPM can be reached at ");
    }
}
