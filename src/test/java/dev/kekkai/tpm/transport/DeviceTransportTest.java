package dev.kekkai.tpm.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import dev.kekkai.testing.tpm.Swtpm;
import dev.kekkai.tpm.TpmException.Malformed;
import dev.kekkai.tpm.TpmException.Unavailable;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With a character device in the place of {@code /dev/tpmrm0}: a pseudo-terminal whose other end is swtpm, or nobody who answers. */
class DeviceTransportTest {
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final Duration SHORT = Duration.ofMillis(50);
    private static final byte[] GET_RANDOM = HexFormat.of().parseHex("80010000000c0000017b0010");

    @TempDir
    private Path folder;

    private Process socat;

    @AfterEach
    void stop() {
        if (socat != null) {
            socat.destroyForcibly().onExit().join();
        }
    }

    @Test
    void a_command_is_one_write_and_its_response_one_read() throws Exception {
        try (Swtpm swtpm = Swtpm.start();
                DeviceTransport device =
                        DeviceTransport.open(device("UNIX-CONNECT:" + ((UnixDomainSocketAddress) swtpm.address())))) {
            for (int i = 0; i < 3; i++) {
                assertThat(device.transmit(GET_RANDOM, LONG)).hasSize(28);
            }
        }
    }

    @Test
    void a_driver_that_never_returns_costs_one_thread_and_no_caller() throws Exception {
        try (DeviceTransport device = DeviceTransport.open(device("EXEC:sleep 600"))) {
            assertThatExceptionOfType(Unavailable.class)
                    .isThrownBy(() -> device.transmit(GET_RANDOM, SHORT))
                    .withMessageContaining("did not answer in time");
            assertThatExceptionOfType(Unavailable.class)
                    .isThrownBy(() -> device.transmit(GET_RANDOM, LONG))
                    .withMessageContaining("was closed");
        }
    }

    @Test
    void less_than_a_header_is_no_response() throws Exception {
        // What is written to it comes back: six bytes.
        try (DeviceTransport device = DeviceTransport.open(device("EXEC:cat"))) {
            assertThatExceptionOfType(Malformed.class)
                    .isThrownBy(() -> device.transmit(new byte[] {1, 2, 3, 4, 5, 6}, LONG))
                    .withMessageContaining("no whole header");
        }
    }

    @Test
    void a_device_that_is_not_there_is_named_with_what_may_be_wrong() {
        assertThatExceptionOfType(Unavailable.class)
                .isThrownBy(() -> DeviceTransport.open(folder.resolve("tpmrm0")))
                .withMessageContaining("cannot be opened; is it there, and are you in the group tss?");
    }

    private Path device(String otherEnd) throws Exception {
        Path device = folder.resolve("tpmrm0");
        socat = new ProcessBuilder("socat", "PTY,raw,echo=0,link=" + device, otherEnd)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("log").toFile())
                .start();
        await().until(() -> Files.exists(device));
        return device;
    }
}
