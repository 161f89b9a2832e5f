package dev.kekkai.tpm.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.kekkai.secret.Secret;
import dev.kekkai.testing.tpm.Swtpm;
import dev.kekkai.testing.tpm.Tpms;
import dev.kekkai.tpm.TpmException.Refused;
import dev.kekkai.tpm.structure.Hierarchy;
import dev.kekkai.tpm.structure.NvAttributes;
import dev.kekkai.tpm.structure.NvPublic;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class NvCommandsTest {
    private static final Entity OWNER = Entity.of(Hierarchy.OWNER);
    private static final Secret NO_AUTH = Secret.owning(new byte[0]);
    private static final int ANYONE = NvAttributes.OWNER_READ
            | NvAttributes.OWNER_WRITE
            | NvAttributes.AUTH_READ
            | NvAttributes.AUTH_WRITE
            | NvAttributes.NO_DA;

    private Swtpm swtpm;
    private Tpm tpm;
    private NvCommands nv;

    @BeforeEach
    void start() throws Exception {
        swtpm = Swtpm.start();
        tpm = Tpms.connect(swtpm);
        nv = new NvCommands(tpm);
    }

    @AfterEach
    void stop() throws Exception {
        tpm.close();
        swtpm.close();
    }

    @Test
    void data_longer_than_the_tpms_buffer_is_written_and_read_in_pieces_by_owner_and_by_the_index_itself()
            throws Exception {
        byte[] data = new byte[1500];
        new java.util.Random(5).nextBytes(data);
        NvPublic index = NvCommands.ordinary(0x0180_0011, ANYONE, data.length);
        nv.define(Hierarchy.OWNER, NO_AUTH, index);

        nv.write(NvCommands.index(index), index, data);

        NvPublic now = nv.readPublic(index.index());
        assertThat(now.bytes()).isEqualTo(NvCommands.written(index).bytes());
        assertThat(nv.read(OWNER, now)).isEqualTo(data);
        assertThat(nv.read(NvCommands.index(now), now)).isEqualTo(data);
    }

    @Test
    void a_counter_only_grows_and_is_gone_after_it_is_undefined() throws Exception {
        NvPublic index = NvCommands.ordinary(0x0180_0012, ANYONE | NvAttributes.COUNTER, Long.BYTES);
        nv.define(Hierarchy.OWNER, NO_AUTH, index);
        nv.increment(OWNER, index);
        NvPublic now = nv.readPublic(index.index());
        long first = nv.readCounter(OWNER, now);
        nv.increment(OWNER, now);

        assertThat(nv.readCounter(OWNER, now)).isEqualTo(first + 1);
        assertThat(new CapabilityCommands(tpm).handles(0x0100_0000)).contains(index.index());
        nv.undefine(Hierarchy.OWNER, now);
        assertThat(new CapabilityCommands(tpm).handles(0x0100_0000)).doesNotContain(index.index());
        assertThatExceptionOfType(Refused.class)
                .isThrownBy(() -> nv.readPublic(index.index()))
                .withMessage("TPM2_NV_READ_PUBLIC was refused: TPM_RC_HANDLE (0x18b, handle 1)");
    }
}
