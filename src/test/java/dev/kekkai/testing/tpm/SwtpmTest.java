package dev.kekkai.testing.tpm;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SwtpmTest {
    private static final byte[] GET_RANDOM = HexFormat.of().parseHex("80010000000c0000017b0010");

    @Test
    void each_answers_commands_on_its_own_socket_and_again_after_a_loss_of_power() throws Exception {
        try (Swtpm unix = Swtpm.start();
                Swtpm tcp = Swtpm.startOnTcp()) {
            assertThat(random(unix)).hasSize(28);
            assertThat(random(tcp)).hasSize(28);
            unix.losePower();
            assertThat(random(unix)).hasSize(28);
            try (Swtpm clone = unix.cloned()) {
                assertThat(random(clone)).hasSize(28);
            }
        }
    }

    @Test
    void a_factory_issues_certificates_under_its_own_ca(@TempDir Path folder) throws Exception {
        SwtpmFactory factory = SwtpmFactory.in(folder);
        try (Swtpm tpm = Swtpm.manufactured(factory)) {
            assertThat(random(tpm)).hasSize(28);
            assertThat(factory.authorities()).hasSize(2);
            factory.authorities().get(1).verify(factory.authorities().getFirst().getPublicKey());
        }
    }

    private static byte[] random(Swtpm tpm) throws IOException {
        try (SocketChannel channel = SocketChannel.open(tpm.address())) {
            channel.write(ByteBuffer.wrap(GET_RANDOM));
            ByteBuffer answer = ByteBuffer.allocate(4096);
            channel.read(answer);
            return java.util.Arrays.copyOf(answer.array(), answer.position());
        }
    }
}
