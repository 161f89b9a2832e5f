package dev.kekkai.tpm.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.kekkai.secret.Secret;
import dev.kekkai.testing.tpm.Swtpm;
import dev.kekkai.testing.tpm.Tpms;
import dev.kekkai.tpm.TpmException;
import dev.kekkai.tpm.TpmException.Refused;
import dev.kekkai.tpm.session.AuthSession;
import dev.kekkai.tpm.structure.EkTemplate;
import dev.kekkai.tpm.structure.Hierarchy;
import dev.kekkai.tpm.structure.Sensitive;
import dev.kekkai.tpm.transport.TpmTransport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RetriesTest {
    /** A TPM that puts each of its next commands off, so many times. */
    private static final class Busy implements TpmTransport {
        private final TpmTransport transport;
        private final List<byte[]> putOff = new ArrayList<>();
        private String code = "";
        private int times;

        private Busy(TpmTransport transport) {
            this.transport = transport;
        }

        private void putOff(String withCode, int howOften) {
            code = withCode;
            times = howOften;
        }

        @Override
        public byte[] transmit(byte[] command, Duration timeout) throws TpmException {
            if (times == 0) {
                return transport.transmit(command, timeout);
            }
            times--;
            putOff.add(command.clone());
            return HexFormat.of().parseHex("80010000000a" + code);
        }

        @Override
        public void close() {
            transport.close();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"00000922", "00000908", "0000090a"})
    void a_busy_tpm_is_asked_again_with_the_same_bytes_also_in_a_session(String code) throws Exception {
        try (Swtpm swtpm = Swtpm.start();
                Busy busy = new Busy(Tpms.transport(swtpm));
                Tpm tpm = new Tpm(busy, Tpms.TIMEOUT);
                LoadedObject ek = new ObjectCommands(tpm)
                        .createPrimary(Hierarchy.ENDORSEMENT, EkTemplate.L_2.template(), Sensitive.none());
                AuthSession session = new SessionCommands(tpm).hmac(ek.entity(), ek.publicArea())) {
            busy.putOff(code, 3);

            try (Secret random =
                    new SystemCommands(tpm).random(16, session.use().auditing().hidingResponse())) {
                assertThat(random.length()).isEqualTo(16);
            }
            assertThat(busy.putOff).hasSize(3);
            assertThat(busy.putOff.get(2)).isEqualTo(busy.putOff.getFirst());
        }
    }

    @Test
    void one_that_stays_busy_is_reported_when_the_time_is_up() throws Exception {
        try (Swtpm swtpm = Swtpm.start();
                Busy busy = new Busy(Tpms.transport(swtpm));
                Tpm tpm = new Tpm(busy, Duration.ofMillis(100))) {
            busy.putOff("00000922", Integer.MAX_VALUE);
            assertThatExceptionOfType(Refused.class)
                    .isThrownBy(() -> new SystemCommands(tpm).random(16))
                    .withMessage("TPM2_GET_RANDOM was refused: TPM_RC_RETRY (0x922)");
            assertThat(busy.putOff).hasSizeGreaterThan(1);
        }
    }

    @Test
    void another_error_is_not_tried_again() throws Exception {
        try (Swtpm swtpm = Swtpm.start();
                Busy busy = new Busy(Tpms.transport(swtpm));
                Tpm tpm = new Tpm(busy, Tpms.TIMEOUT)) {
            busy.putOff("00000921", 1);
            assertThatExceptionOfType(Refused.class).isThrownBy(() -> new SystemCommands(tpm).random(16));
            assertThat(busy.putOff).hasSize(1);
        }
    }
}
